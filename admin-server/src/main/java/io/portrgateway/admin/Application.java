package io.portrgateway.admin;

import com.zaxxer.hikari.HikariDataSource;
import io.portrgateway.admin.secret.SecretCipher;
import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.settings.DatabaseUrl;
import io.portrgateway.admin.settings.Secret;
import io.portrgateway.admin.settings.StartProblem;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.scheduling.annotation.EnableScheduling;

/** The Spring side: which beans the root gives, and how the settings become the framework's properties. */
@SpringBootApplication(exclude = UserDetailsServiceAutoConfiguration.class)
@EnableScheduling
class Application {

    private static final Logger log = LoggerFactory.getLogger(Application.class);

    /** How long a caller waits for a database connection before the request fails. */
    private static final long CONNECTION_TIMEOUT_MILLIS = 5_000;

    static ConfigurableApplicationContext start(AdminSettings settings, Map<String, Object> overriding) {
        CompletableFuture<Void> schema = new CompletableFuture<>();
        SpringApplication application = new SpringApplication(Application.class);
        Map<String, Object> properties = FrameworkProperties.of(settings);
        properties.putAll(overriding);
        application.setDefaultProperties(properties);
        application.setLogStartupInfo(false);
        application.addInitializers((ApplicationContextInitializer<GenericApplicationContext>) context -> {
            // Beside the context: neither needs the other until the first query, and on two cores that is half a
            // second.
            Thread.ofPlatform().name("schema").daemon().start(() -> prepare(settings, schema));
            context.registerBean(AdminSettings.class, () -> settings);
            context.registerBean(SchemaGate.class, () -> new SchemaGate(schema));
        });
        try {
            long started = System.nanoTime();
            ConfigurableApplicationContext context = application.run();
            // a command prints its result and nothing else
            if (overriding.isEmpty()) {
                log.info(
                        "admin_server_started version={} url={} millis={}",
                        AdminServer.version(),
                        settings.publicAddresses().server(),
                        Duration.ofNanos(System.nanoTime() - started).toMillis());
            }
            return context;
        } catch (RuntimeException failure) {
            throw problem(failure, settings);
        }
    }

    @Bean
    DataSource dataSource(AdminSettings settings) {
        DatabaseUrl url = settings.database().main();
        HikariDataSource pool = new HikariDataSource();
        pool.setPoolName("database");
        pool.setJdbcUrl(url.jdbcUrl());
        if (!url.role().isEmpty()) {
            pool.setUsername(url.role());
        }
        url.password().map(Secret::reveal).ifPresent(pool::setPassword);
        pool.setMaximumPoolSize(settings.database().poolSize());
        pool.setMinimumIdle(1);
        pool.setConnectionTimeout(CONNECTION_TIMEOUT_MILLIS);
        pool.setInitializationFailTimeout(-1);
        pool.addDataSourceProperty("ApplicationName", "portr-admin");
        pool.addDataSourceProperty(
                "options",
                "-c statement_timeout=" + settings.database().statementTimeout().toMillis()
                        + " -c idle_in_transaction_session_timeout=60000");
        pool.addDataSourceProperty("tcpKeepAlive", "true");
        return pool;
    }

    @Bean
    SecretCipher secretCipher(AdminSettings settings) {
        return new SecretCipher(settings.encryptionKeys());
    }

    @Bean
    InstantSource clock() {
        return Clock.systemUTC();
    }

    private static void prepare(AdminSettings settings, CompletableFuture<Void> schema) {
        try {
            new Database(settings.database()).prepare();
            schema.complete(null);
        } catch (RuntimeException failure) {
            schema.completeExceptionally(failure);
        }
    }

    /** The plain sentence inside whatever the framework wrapped around it; a bug keeps its stack trace. */
    private static RuntimeException problem(RuntimeException failure, AdminSettings settings) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof StartProblem problem) {
                return problem;
            }
            if (cause instanceof PortInUseException inUse) {
                String setting = inUse.getPort() == settings.ops().port() ? "PORTR_ADMIN_OPS_PORT" : "PORTR_ADMIN_PORT";
                return new StartProblem(setting + ": port " + inUse.getPort() + " is in use (expected: a free port)");
            }
        }
        return failure;
    }
}
