/**
 * The public keys by which plain SSH clients are known.
 *
 * <p>Start reading at {@link io.portrgateway.admin.sshkey.SshKeys}.
 */
@NullMarked
package io.portrgateway.admin.sshkey;

import org.jspecify.annotations.NullMarked;
