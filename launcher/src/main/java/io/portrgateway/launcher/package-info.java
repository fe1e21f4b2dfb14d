/**
 * The main job on embedded defaults: starts PostgreSQL and both servers as processes of their own, and ends them.
 *
 * <p>Start reading at {@link io.portrgateway.launcher.Up} (the command line) and {@code Gateway} (the order of starting
 * and stopping). Nothing here is part of the production artefacts. Code runs on the main thread, except for the end,
 * which may come from a shutdown hook.
 */
@NullMarked
package io.portrgateway.launcher;

import org.jspecify.annotations.NullMarked;
