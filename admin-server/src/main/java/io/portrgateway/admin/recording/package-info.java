/**
 * What is recorded of a team's requests: the team's rules, set by its admins, and those of one name, set by the member whose
 * tunnel it is; how much is stored. tunnel-server obeys them while tunnels run.
 *
 * <p>Start reading at {@code Recordings}.
 */
@NullMarked
package io.portrgateway.admin.recording;

import org.jspecify.annotations.NullMarked;
