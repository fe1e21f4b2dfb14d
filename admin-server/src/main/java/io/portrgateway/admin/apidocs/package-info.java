/**
 * The description of the API: as an OpenAPI document for programs, and as a page for people.
 *
 * <p>Start reading at {@code ApiDocument}; the text itself is {@code apidocs/openapi.yaml}.
 */
@NullMarked
package io.portrgateway.admin.apidocs;

import org.jspecify.annotations.NullMarked;
