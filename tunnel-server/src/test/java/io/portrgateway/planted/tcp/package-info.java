/** Planted violations of the architecture rules. */
@NullMarked
package io.portrgateway.planted.tcp;

import org.jspecify.annotations.NullMarked;
