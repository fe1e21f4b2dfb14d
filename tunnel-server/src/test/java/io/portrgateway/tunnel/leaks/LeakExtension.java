package io.portrgateway.tunnel.leaks;

import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Fails a test run that leaks a buffer: found by JUnit as a service, for every test of the module. A leak shows when the
 * garbage collector has found the lost buffer and another one is allocated, so it is looked for at the end of the run.
 */
public final class LeakExtension implements BeforeAllCallback {

    private static final int ROUND_COUNT = 5;
    private static final int ALLOCATION_COUNT = 64;

    static {
        LeakCounter.install();
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        context.getRoot().getStore(Namespace.create(LeakExtension.class)).computeIfAbsent(LeakExtension.class, key ->
                (AutoCloseable) LeakExtension::failOnLeaks);
    }

    private static void failOnLeaks() {
        provokeReports();
        List<String> leaks = List.copyOf(LeakCounter.leaks());
        if (!leaks.isEmpty()) {
            throw new AssertionError("leaked buffers: " + leaks.size() + " (expected: 0)\n" + String.join("\n", leaks));
        }
    }

    static void provokeReports() {
        for (int round = 0; round < ROUND_COUNT; round++) {
            System.gc();
            for (int i = 0; i < ALLOCATION_COUNT; i++) {
                ByteBufAllocator.DEFAULT.directBuffer(1).release();
                ByteBufAllocator.DEFAULT.heapBuffer(1).release();
            }
        }
    }
}
