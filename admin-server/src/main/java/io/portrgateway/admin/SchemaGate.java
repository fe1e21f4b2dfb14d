package io.portrgateway.admin;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.springframework.context.SmartLifecycle;

/** Holds the start back, before the web server accepts, until the schema is ready; fails it when the schema is not. */
final class SchemaGate implements SmartLifecycle {

    private final CompletableFuture<Void> schema;
    private volatile boolean open;

    SchemaGate(CompletableFuture<Void> schema) {
        this.schema = schema;
    }

    @Override
    public void start() {
        try {
            schema.join();
            open = true;
        } catch (CompletionException failure) {
            if (failure.getCause() instanceof RuntimeException reason) {
                throw reason;
            }
            throw failure;
        }
    }

    @Override
    public void stop() {
        open = false;
    }

    @Override
    public boolean isRunning() {
        return open;
    }

    @Override
    public int getPhase() {
        return Integer.MIN_VALUE;
    }
}
