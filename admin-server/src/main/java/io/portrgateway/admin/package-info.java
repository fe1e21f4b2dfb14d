/** Admin-server: features, not layers. */
@NullMarked
package io.portrgateway.admin;

import org.jspecify.annotations.NullMarked;
