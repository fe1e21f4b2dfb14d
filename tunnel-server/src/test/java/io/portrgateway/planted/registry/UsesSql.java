package io.portrgateway.planted.registry;

import java.sql.Connection;

/** SQL outside of the store. */
public record UsesSql(Connection connection) {}
