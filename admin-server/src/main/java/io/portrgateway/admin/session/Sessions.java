package io.portrgateway.admin.session;

import io.portrgateway.admin.settings.AdminSettings;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.session.FindByIndexNameSessionRepository;
import org.springframework.stereotype.Service;

/**
 * Starts, lists and ends sessions. What ends a session is the removal of its row, which the next request with its cookie finds
 * on whichever replica it arrives; within a transaction it is part of that. Thread-safe.
 */
@Service
public class Sessions {

    private static final Logger log = LoggerFactory.getLogger(Sessions.class);

    private static final String USER = FindByIndexNameSessionRepository.PRINCIPAL_NAME_INDEX_NAME;
    private static final String ORIGIN = "portr.origin";
    private static final SessionOrigin UNKNOWN = new SessionOrigin("", "", "");
    private static final int MAX_LISTED = 100;

    private final JdbcClient database;
    private final SessionValues values;
    private final InstantSource clock;
    private final Duration lifetime;

    Sessions(JdbcClient database, SessionValues values, InstantSource clock, AdminSettings settings) {
        this.database = database;
        this.values = values;
        this.clock = clock;
        this.lifetime = settings.signIn().sessionLifetime();
    }

    /** A new session for the user; whatever the browser had before is worth nothing afterwards. */
    public void start(HttpServletRequest request, long userId, SessionOrigin origin) {
        end(request);
        HttpSession session = request.getSession(true);
        session.setMaxInactiveInterval(Math.toIntExact(lifetime.toSeconds()));
        session.setAttribute(USER, Long.toString(userId));
        session.setAttribute(ORIGIN, origin);
    }

    /** Ends the session that the request belongs to, if any. */
    public void end(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        if (session != null) {
            session.invalidate();
        }
    }

    /** Whose session the request belongs to; nothing without one, or when its time is over, however much it was used. */
    public OptionalLong userId(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        if (session == null
                || !(session.getAttribute(USER) instanceof String user)
                || session.getCreationTime() < oldest()) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(Long.parseLong(user));
    }

    /**
     * Whether the session of a request that began a while ago is still there. Asks the database: the request itself knows only
     * what it found when it began.
     */
    public boolean isLive(HttpServletRequest request) {
        return database.sql("""
                        select exists (select from web_session
                        where session_id = :id and expiry_time > :now and creation_time >= :oldest)
                        """)
                .param("id", currentId(request))
                .param("now", clock.millis())
                .param("oldest", oldest())
                .query(Boolean.class)
                .single();
    }

    /** The user's sessions, last seen first. */
    public List<SessionView> of(long userId, HttpServletRequest request) {
        String current = currentId(request);
        return database.sql("""
                        select s.primary_id, s.session_id, s.creation_time, s.last_access_time, a.attribute_bytes
                        from web_session s left join web_session_attributes a
                            on a.session_primary_id = s.primary_id and a.attribute_name = :origin
                        where s.principal_name = :user and s.expiry_time > :now and s.creation_time >= :oldest
                        order by s.session_id = :current desc, s.last_access_time desc limit :limit
                        """)
                .param("origin", ORIGIN)
                .param("user", Long.toString(userId))
                .param("now", clock.millis())
                .param("oldest", oldest())
                .param("current", current)
                .param("limit", MAX_LISTED)
                .query((row, number) -> view(
                        row.getString("primary_id"),
                        row.getString("session_id").equals(current),
                        Instant.ofEpochMilli(row.getLong("creation_time")),
                        Instant.ofEpochMilli(row.getLong("last_access_time")),
                        origin(row.getBytes("attribute_bytes"))))
                .list();
    }

    /** Ends one session of the user; false when it is not theirs or not there any more. */
    public boolean end(long userId, String viewId) {
        return database.sql("delete from web_session where primary_id = :id and principal_name = :user")
                        .param("id", viewId)
                        .param("user", Long.toString(userId))
                        .update()
                > 0;
    }

    /** Ends all sessions of the user but the one that the request belongs to, and answers how many those were. */
    public int endOthers(long userId, HttpServletRequest request) {
        return database.sql("delete from web_session where principal_name = :user and session_id <> :current")
                .param("user", Long.toString(userId))
                .param("current", currentId(request))
                .update();
    }

    /** Ends all sessions of the user, and answers how many those were. */
    public int endAll(long userId) {
        return database.sql("delete from web_session where principal_name = :user")
                .param("user", Long.toString(userId))
                .update();
    }

    @Scheduled(fixedDelay = 300, initialDelay = 60, timeUnit = TimeUnit.SECONDS)
    void removeExpired() {
        try {
            int removed = database.sql("delete from web_session where expiry_time < :now or creation_time < :oldest")
                    .param("now", clock.millis())
                    .param("oldest", oldest())
                    .update();
            if (removed > 0) {
                log.info("expired_sessions_removed count={}", removed);
            }
        } catch (DataAccessException failure) {
            // the next run will do it
            log.warn("session_cleanup_failed reason={}", failure.getMessage());
        }
    }

    private long oldest() {
        return clock.millis() - lifetime.toMillis();
    }

    private static String currentId(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        return session == null ? "" : session.getId();
    }

    private SessionOrigin origin(byte @Nullable [] stored) {
        return Optional.ofNullable(stored)
                .map(values::read)
                .filter(SessionOrigin.class::isInstance)
                .map(SessionOrigin.class::cast)
                .orElse(UNKNOWN);
    }

    private static SessionView view(
            String id, boolean current, Instant createdAt, Instant lastSeenAt, SessionOrigin origin) {
        return new SessionView(
                id, Device.of(origin.userAgent()), origin.method(), origin.address(), createdAt, lastSeenAt, current);
    }
}
