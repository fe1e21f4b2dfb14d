/**
 * The list of requests: the page that fills itself, and the API that lists them, gives one, and waits for the next.
 *
 * <p>Threads: one follows the database while somebody watches ({@link io.portrgateway.admin.inspector.ExchangeFeed}); each
 * watcher is the virtual thread of its request. Start reading at
 * {@link io.portrgateway.admin.inspector.RequestsController}.
 */
@NullMarked
package io.portrgateway.admin.inspector;

import org.jspecify.annotations.NullMarked;
