package io.portrgateway.launcher;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Asks a server over HTTP whether it is ready. Stateless. */
final class Readiness {

    private static final int ANSWER_MILLIS = 2_000;

    private Readiness() {}

    /**
     * Waits until {@code url} answers 200.
     *
     * @param failure fails the waiting as soon as it completes: a process that this one may be waiting for has ended
     */
    static void await(Child server, URI url, Duration patience, CompletableFuture<String> failure)
            throws StartException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!answersOk(url)) {
            if (failure.isDone()) {
                throw new StartException(failure.join());
            }
            if (System.nanoTime() > deadline) {
                throw new StartException(server.name() + " is not ready after " + patience.toSeconds() + " s: "
                        + LogFile.relevantLine(server.log()) + " [" + server.log() + "]");
            }
            try {
                TimeUnit.MILLISECONDS.sleep(40);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new StartException("interrupted", interrupted);
            }
        }
    }

    // Not java.net.http: that client costs this small JVM 150 ms and a thread pool.
    private static boolean answersOk(URI url) {
        try {
            HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection(java.net.Proxy.NO_PROXY);
            connection.setConnectTimeout(ANSWER_MILLIS);
            connection.setReadTimeout(ANSWER_MILLIS);
            connection.setInstanceFollowRedirects(false);
            try {
                return connection.getResponseCode() == 200;
            } finally {
                connection.disconnect();
            }
        } catch (IOException notYet) {
            return false;
        }
    }
}
