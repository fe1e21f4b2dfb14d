/** Planted violations of the architecture rules. */
@NullMarked
package io.portrgateway.planted.registry;

import org.jspecify.annotations.NullMarked;
