package io.portrgateway.admin.session;

import io.portrgateway.admin.secret.SecretCipher;
import io.portrgateway.admin.settings.AdminSettings;
import jakarta.servlet.DispatcherType;
import java.time.Duration;
import javax.sql.DataSource;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.session.Session;
import org.springframework.session.config.annotation.web.http.EnableSpringHttpSession;
import org.springframework.session.jdbc.JdbcIndexedSessionRepository;
import org.springframework.session.web.http.CookieSerializer;
import org.springframework.session.web.http.DefaultCookieSerializer;
import org.springframework.session.web.http.SessionRepositoryFilter;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Puts Spring Session on our table. Wired by hand and not by Spring Boot, whose wiring asks the database for its kind while the
 * context starts.
 */
@Configuration(proxyBeanMethods = false)
@EnableSpringHttpSession
class SessionConfig {

    static final String TABLE = "web_session";

    /** A session without a user: a sign-in that is under way elsewhere. */
    private static final Duration ANONYMOUS = Duration.ofMinutes(30);

    /** Adds nothing to a session that was ended while the request was under way. */
    private static final String ADD_ATTRIBUTE = """
            insert into %TABLE_NAME%_attributes (session_primary_id, attribute_name, attribute_bytes)
            select added.id, added.name, added.value from (values (?, ?, cast(? as bytea))) added (id, name, value)
            where exists (select from %TABLE_NAME% where primary_id = added.id)
            on conflict (session_primary_id, attribute_name) do update set attribute_bytes = excluded.attribute_bytes
            """;

    @Bean
    JdbcIndexedSessionRepository sessionRepository(DataSource dataSource, SessionValues values) {
        JdbcIndexedSessionRepository repository = new JdbcIndexedSessionRepository(
                new JdbcTemplate(dataSource), new TransactionTemplate(new JdbcTransactionManager(dataSource)));
        repository.setTableName(TABLE);
        repository.setCreateSessionAttributeQuery(ADD_ATTRIBUTE);
        repository.setConversionService(values.conversion());
        repository.setDefaultMaxInactiveInterval(ANONYMOUS);
        // Sessions.removeExpired does it, quietly while the database is away
        repository.setCleanupCron(Scheduled.CRON_DISABLED);
        return repository;
    }

    @Bean
    CookieSerializer sessionCookie(AdminSettings settings, SecretCipher cipher) {
        boolean secure = settings.publicAddresses().isSecure();
        DefaultCookieSerializer cookie = new DefaultCookieSerializer();
        // __Host-: a page behind a tunnel on the same domain cannot set this cookie (threats W5)
        cookie.setCookieName(secure ? "__Host-portr_session" : "portr_session");
        cookie.setUseSecureCookie(secure);
        cookie.setUseHttpOnlyCookie(true);
        cookie.setSameSite("Lax");
        cookie.setCookiePath("/");
        cookie.setCookieMaxAge(
                Math.toIntExact(settings.signIn().sessionLifetime().toSeconds()));
        cookie.setUseBase64Encoding(false);
        return new SealedCookie(cookie, cipher);
    }

    /** Not for error pages: they must be shown while the database is away. */
    @Bean
    FilterRegistrationBean<SessionRepositoryFilter<? extends Session>> sessionFilter(
            SessionRepositoryFilter<? extends Session> filter) {
        FilterRegistrationBean<SessionRepositoryFilter<? extends Session>> registration =
                new FilterRegistrationBean<>(filter);
        registration.setDispatcherTypes(DispatcherType.REQUEST, DispatcherType.ASYNC);
        registration.setOrder(SessionRepositoryFilter.DEFAULT_ORDER);
        return registration;
    }
}
