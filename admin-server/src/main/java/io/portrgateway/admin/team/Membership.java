package io.portrgateway.admin.team;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A user in a team. The user is held by id, because the entity belongs to another feature. */
@Entity
@Table(name = "membership")
class Membership {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private @Nullable Long id;

    @Column(name = "user_id")
    private long userId;

    @ManyToOne(fetch = FetchType.LAZY, optional = false)
    @JoinColumn(name = "team_id")
    private Team team;

    private Role role;

    @Column(name = "secret_key_hash")
    private byte[] secretKeyHash;

    @Column(name = "secret_key_encrypted")
    private byte[] secretKeyEncrypted;

    @Column(name = "key_version")
    private int keyVersion = 1;

    @Column(name = "created_at")
    private Instant createdAt;

    protected Membership() {}

    long id() {
        if (id == null) {
            throw new IllegalStateException("membership is not stored yet");
        }
        return id;
    }

    long userId() {
        return userId;
    }

    Team team() {
        return team;
    }

    Role role() {
        return role;
    }

    byte[] secretKeyHash() {
        return secretKeyHash;
    }

    byte[] secretKeyEncrypted() {
        return secretKeyEncrypted;
    }

    Instant createdAt() {
        return createdAt;
    }
}
