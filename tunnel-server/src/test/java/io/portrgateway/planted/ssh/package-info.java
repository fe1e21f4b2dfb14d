/** Planted violations of the architecture rules. */
@NullMarked
package io.portrgateway.planted.ssh;

import org.jspecify.annotations.NullMarked;
