/**
 * What every feature's controllers share: errors as JSON and pages, the client's address, limits, headers.
 *
 * <p>Start reading at {@link io.portrgateway.admin.web.ApiFailure}. Knows no feature.
 */
@NullMarked
package io.portrgateway.admin.web;

import org.jspecify.annotations.NullMarked;
