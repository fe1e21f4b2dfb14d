package io.portrgateway.admin.inspector;

import io.portrgateway.admin.settings.DatabaseUrl;
import io.portrgateway.admin.settings.Secret;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connection on which {@code NOTIFY portr_exchange} is heard. Confined to one thread. */
final class Listener implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Listener.class);

    private final Connection connection;
    private final PGConnection notifications;

    private Listener(Connection connection) throws SQLException {
        this.connection = connection;
        this.notifications = connection.unwrap(PGConnection.class);
    }

    /** A connection that listens; null when there is none to be had now. */
    static @Nullable Listener open(DatabaseUrl url) {
        Properties login = new Properties();
        login.setProperty("connectTimeout", "5");
        login.setProperty("ApplicationName", "portr-admin-feed");
        if (!url.role().isEmpty()) {
            login.setProperty("user", url.role());
        }
        login.setProperty("password", url.password().map(Secret::reveal).orElse(""));
        try {
            Connection connection = DriverManager.getConnection(url.jdbcUrl(), login);
            try (Statement statement = connection.createStatement()) {
                statement.execute("listen portr_exchange");
                return new Listener(connection);
            } catch (SQLException failure) {
                connection.close();
                throw failure;
            }
        } catch (SQLException away) {
            log.info("exchange_feed_polls reason={}", away.getMessage());
            return null;
        }
    }

    /** Teams that something was told about; none after the time. */
    Set<Long> await(Duration longest) throws SQLException {
        PGNotification @Nullable [] heard = notifications.getNotifications(Math.toIntExact(longest.toMillis()));
        Set<Long> teams = new HashSet<>();
        if (heard != null) {
            for (PGNotification one : heard) {
                teams.addAll(ExchangeFeed.teams(one.getParameter()));
            }
        }
        return teams;
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException lost) {
            log.debug("exchange_feed_closed reason={}", lost.getMessage());
        }
    }
}
