/** The main job on embedded defaults: starts PostgreSQL and both servers, and ends them. */
@NullMarked
package io.portrgateway.launcher;

import org.jspecify.annotations.NullMarked;
