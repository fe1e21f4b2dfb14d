package io.portrgateway.tunnel;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import io.portrgateway.tunnel.config.OpsConfig;
import io.portrgateway.tunnel.config.OpsConfig.LogFormat;
import io.portrgateway.tunnel.config.Settings;
import java.util.Map;
import org.slf4j.Logger;

/**
 * Sets Logback up: text for people or JSON on standard output, at the level of the settings. Code instead of an XML file
 * because parsing one costs a tenth of the time to be ready. Found by Logback as a service, before the first log line;
 * a configuration file given the usual way ({@code logback-test.xml}, {@code -Dlogback.configurationFile}) wins.
 */
public final class LogSetup extends ContextAwareBase implements Configurator {

    private static final String PATTERN = "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{0} %msg%n%ex";

    /** Chatty at INFO about what their own users do: a stranger could fill the log through them. */
    private static final String[] NOISY = {"org.apache.sshd", "io.netty", "com.zaxxer.hikari"};

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        if (System.getProperty("logback.configurationFile") != null
                || LogSetup.class.getClassLoader().getResource("logback-test.xml") != null) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        apply(context, System.getenv());
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    private static void apply(LoggerContext context, Map<String, String> environment) {
        // What is wrong with these settings is reported with all others, a moment later.
        OpsConfig config = OpsConfig.read(new Settings(environment));
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(context);
        console.setName("console");
        console.setEncoder(encoder(context, config.logFormat()));
        console.start();
        ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.toLevel(config.logLevel().name()));
        root.addAppender(console);
        for (String name : NOISY) {
            ch.qos.logback.classic.Logger noisy = context.getLogger(name);
            noisy.setLevel(root.getLevel().isGreaterOrEqual(Level.WARN) ? root.getLevel() : Level.WARN);
        }
        // One stack trace for each pooled connection of an outage that the store reports itself
        context.getLogger("com.zaxxer.hikari.pool.ProxyConnection").setLevel(Level.ERROR);
    }

    private static Encoder<ILoggingEvent> encoder(LoggerContext context, LogFormat format) {
        return switch (format) {
            case PLAIN -> {
                PatternLayoutEncoder plain = new PatternLayoutEncoder();
                plain.setContext(context);
                plain.setPattern(PATTERN);
                plain.start();
                yield plain;
            }
            case JSON -> {
                JsonEncoder json = new JsonEncoder();
                json.setContext(context);
                json.setWithSequenceNumber(false);
                json.setWithNanoseconds(false);
                json.setWithContext(false);
                json.setWithFormattedMessage(true);
                json.setWithMessage(false);
                json.setWithArguments(false);
                json.start();
                yield json;
            }
        };
    }
}
