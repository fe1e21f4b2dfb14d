package io.portrgateway.planted.relay;

/** Its package says nothing about null. */
public final class Unmarked {}
