package io.portrgateway.planted.misc;

/** Lives in a package that the table does not know. */
public final class Stray {}
