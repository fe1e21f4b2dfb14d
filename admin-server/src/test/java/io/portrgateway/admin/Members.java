package io.portrgateway.admin;

import io.portrgateway.admin.secret.SecretCipher;
import io.portrgateway.admin.secret.Tokens;

/** Adds members straight to the database and answers their keys. */
final class Members {

    private final Gateway gateway;

    Members(Gateway gateway) {
        this.gateway = gateway;
    }

    /** The secret key of the new member; the team must exist, the user need not. */
    String add(String email, String teamSlug, String role) {
        String key = "portr_" + Tokens.randomHex(21);
        gateway.sql()
                .sql("insert into app_user (email) values (:email) on conflict do nothing")
                .param("email", email)
                .update();
        gateway.sql()
                .sql("""
                        insert into membership (user_id, team_id, role, secret_key_hash, secret_key_encrypted)
                        select u.id, t.id, :role, :hash, :encrypted from app_user u, team t
                        where u.email = :email and t.slug = :slug
                        """)
                .param("role", role)
                .param("hash", Tokens.sha256(key))
                .param("encrypted", gateway.bean(SecretCipher.class).encrypt("membership.secret_key", key))
                .param("email", email)
                .param("slug", teamSlug)
                .update();
        return key;
    }

    /** The membership that a key belongs to. */
    long id(String key) {
        return gateway.sql()
                .sql("select id from membership where secret_key_hash = :hash")
                .param("hash", Tokens.sha256(key))
                .query(Long.class)
                .single();
    }
}
