/**
 * Brings an existing Portr database over: reads it, judges each row, and adds what is not here yet. Used by the command
 * {@code import} only, on its one thread.
 *
 * <p>Start reading at {@link io.portrgateway.admin.imports.Imports}.
 */
@NullMarked
package io.portrgateway.admin.imports;

import org.jspecify.annotations.NullMarked;
