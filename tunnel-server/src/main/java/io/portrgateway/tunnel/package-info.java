/** The composition root: read the settings, build, start, drain, stop. */
@NullMarked
package io.portrgateway.tunnel;

import org.jspecify.annotations.NullMarked;
