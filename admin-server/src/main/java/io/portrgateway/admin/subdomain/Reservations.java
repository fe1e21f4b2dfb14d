package io.portrgateway.admin.subdomain;

import java.util.OptionalLong;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/** Names kept for one membership. Thread-safe. */
@Service
public final class Reservations {

    private final JdbcClient database;

    Reservations(JdbcClient database) {
        this.database = database;
    }

    /** The membership that a name is kept for; part of the caller's transaction, if there is one. */
    public OptionalLong ownerOf(String subdomain) {
        return database.sql("select membership_id from reserved_subdomain where subdomain = :subdomain")
                .param("subdomain", subdomain)
                .query(Long.class)
                .optional()
                .map(OptionalLong::of)
                .orElseGet(OptionalLong::empty);
    }
}
