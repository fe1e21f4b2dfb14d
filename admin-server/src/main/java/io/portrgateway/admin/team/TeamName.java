package io.portrgateway.admin.team;

/** A team as other features and the API see it. Immutable. */
public record TeamName(long id, String name, String slug) {}
