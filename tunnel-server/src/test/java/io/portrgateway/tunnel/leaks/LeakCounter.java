package io.portrgateway.tunnel.leaks;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Remembers every leaked buffer that Netty finds. Installed before the first buffer is made. Thread-safe. */
final class LeakCounter {

    private static final Queue<String> LEAKS = new ConcurrentLinkedQueue<>();

    private LeakCounter() {}

    static void install() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new ResourceLeakDetectorFactory() {
            @Override
            @SuppressWarnings("deprecation") // Netty has no other method to override
            public <T> ResourceLeakDetector<T> newResourceLeakDetector(
                    Class<T> resource, int samplingInterval, long maxActive) {
                return new Counting<>(resource, samplingInterval);
            }
        });
    }

    /** What leaked so far; each entry is one place with the traces of its buffers. */
    static Queue<String> leaks() {
        return LEAKS;
    }

    private static final class Counting<T> extends ResourceLeakDetector<T> {

        Counting(Class<T> resource, int samplingInterval) {
            super(resource, samplingInterval);
        }

        @Override
        protected boolean needReport() {
            return true;
        }

        @Override
        protected void reportTracedLeak(String resourceType, String records) {
            LEAKS.add(resourceType + records);
        }

        @Override
        protected void reportUntracedLeak(String resourceType) {
            LEAKS.add(resourceType + ": no trace");
        }
    }
}
