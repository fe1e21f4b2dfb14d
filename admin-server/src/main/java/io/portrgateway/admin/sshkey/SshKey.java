package io.portrgateway.admin.sshkey;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A registered public key of a user. {@code last_used_at} is tunnel-server's to write. */
@Entity
@Table(name = "ssh_public_key")
class SshKey {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private @Nullable Long id;

    @Column(name = "user_id")
    private long userId;

    private String name;

    @Column(name = "key_type")
    private String keyType;

    @Column(name = "key_blob")
    private byte[] keyBlob;

    private String fingerprint;

    @Column(name = "created_at")
    private Instant createdAt;

    @Column(name = "last_used_at", insertable = false, updatable = false)
    private @Nullable Instant lastUsedAt;

    protected SshKey() {}

    SshKeyView view() {
        return new SshKeyView(id == null ? 0 : id, name, keyType, fingerprint, createdAt, lastUsedAt);
    }
}
