package io.portrgateway.admin;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Counts what this process sends to PostgreSQL, from what the driver itself says about it. */
final class Statements implements AutoCloseable {

    // held, so that the level set here is not forgotten with it
    private final Logger driver = Logger.getLogger("org.postgresql.core.v3.QueryExecutorImpl");
    private final Level before = driver.getLevel();
    private final boolean parents = driver.getUseParentHandlers();
    private final Counter counter = new Counter();

    private Statements() {
        driver.setLevel(Level.FINEST);
        driver.setUseParentHandlers(false);
        driver.addHandler(counter);
    }

    /** How many statements were executed while the work ran, begin and commit included. */
    static int during(Runnable work) {
        try (Statements statements = new Statements()) {
            work.run();
            return statements.counter.executed.get();
        }
    }

    @Override
    public void close() {
        driver.removeHandler(counter);
        driver.setUseParentHandlers(parents);
        driver.setLevel(before);
    }

    private static final class Counter extends Handler {

        final AtomicInteger executed = new AtomicInteger();

        @Override
        public void publish(LogRecord line) {
            if (line.getMessage().contains("FE=> Execute(")) {
                executed.incrementAndGet();
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
