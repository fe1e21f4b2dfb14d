/** Planted violations of the architecture rules. */
@NullMarked
package io.portrgateway.planted.misc;

import org.jspecify.annotations.NullMarked;
