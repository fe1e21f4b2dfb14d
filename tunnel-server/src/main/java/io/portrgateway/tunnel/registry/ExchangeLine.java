package io.portrgateway.tunnel.registry;

/**
 * One finished HTTP exchange, or one TCP connection, as a terminal shows it. Immutable.
 *
 * @param what method and target without its query, or {@code tcp}
 * @param status HTTP status, 0 for none
 */
public record ExchangeLine(String tunnelLabel, String what, int status, long durationMillis) {}
