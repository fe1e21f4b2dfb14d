/** Benchmarks: scenarios, a tunnel opener, a results page. */
@NullMarked
package io.portrgateway.load;

import org.jspecify.annotations.NullMarked;
