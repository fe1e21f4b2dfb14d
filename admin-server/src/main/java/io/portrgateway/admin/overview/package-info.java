/**
 * The page a member lands on: first-run guide, live tunnels, keys.
 *
 * <p>Start reading at {@code OverviewController}.
 */
@NullMarked
package io.portrgateway.admin.overview;

import org.jspecify.annotations.NullMarked;
