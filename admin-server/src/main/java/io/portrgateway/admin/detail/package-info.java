/**
 * The page of one recorded exchange: summary, timing, both sides with their bodies, messages, how to send it again by hand, and
 * links by which people without an account may see it.
 *
 * <p>Start reading at {@code DetailController}; what bodies say is found out in {@code body}.
 */
@NullMarked
package io.portrgateway.admin.detail;

import org.jspecify.annotations.NullMarked;
