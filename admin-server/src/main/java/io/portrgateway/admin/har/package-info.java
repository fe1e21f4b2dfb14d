/**
 * Requests as files: HAR 1.2 and JSON Lines. Exports what was recorded, takes HAR files in as collections, and keeps those. No
 * threads of its own; files are written and read as they come, entry by entry.
 *
 * <p>Start reading at {@code Entry}; {@code EntryWriter} and {@code EntryReader} say what our HAR holds.
 */
@NullMarked
package io.portrgateway.admin.har;

import org.jspecify.annotations.NullMarked;
