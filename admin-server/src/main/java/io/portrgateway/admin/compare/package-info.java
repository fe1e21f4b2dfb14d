/**
 * Two recorded exchanges beside each other: what differs in their heads and bodies. Reads only; everything is bounded.
 *
 * <p>Start reading at {@link io.portrgateway.admin.compare.CompareController}.
 */
@NullMarked
package io.portrgateway.admin.compare;

import org.jspecify.annotations.NullMarked;
