/**
 * Figures: traffic of a team over time, and how this server itself is doing.
 *
 * <p>Start reading at {@code TrafficHistory} and {@code SystemFigures}.
 */
@NullMarked
package io.portrgateway.admin.stats;

import org.jspecify.annotations.NullMarked;
