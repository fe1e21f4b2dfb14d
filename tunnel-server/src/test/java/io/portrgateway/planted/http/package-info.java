/** Planted violations of the architecture rules. */
@NullMarked
package io.portrgateway.planted.http;

import org.jspecify.annotations.NullMarked;
