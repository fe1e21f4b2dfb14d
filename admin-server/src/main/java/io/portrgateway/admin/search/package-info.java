/**
 * Finding recorded exchanges: the query language of the inspector, and the service that answers it. Pages, exports and the API
 * ask here.
 *
 * <p>Start reading at {@link io.portrgateway.admin.search.ExchangeQuery}, then
 * {@link io.portrgateway.admin.search.ExchangeSearch}.
 */
@NullMarked
package io.portrgateway.admin.search;

import org.jspecify.annotations.NullMarked;
