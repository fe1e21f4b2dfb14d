package io.portrgateway.admin.account;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.jspecify.annotations.Nullable;

/** A person; belongs to teams through memberships. */
@Entity
@Table(name = "app_user")
class User {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private @Nullable Long id;

    private String email;

    @Column(name = "first_name")
    private @Nullable String firstName;

    @Column(name = "last_name")
    private @Nullable String lastName;

    @Column(name = "password_hash")
    private @Nullable String passwordHash;

    @Column(name = "is_superuser")
    private boolean superuser;

    protected User() {}

    User(String email, @Nullable String passwordHash, boolean superuser) {
        this.email = email;
        this.passwordHash = passwordHash;
        this.superuser = superuser;
    }

    Account account() {
        if (id == null) {
            throw new IllegalStateException("user is not stored yet");
        }
        return new Account(id, email, firstName, lastName, superuser);
    }
}
