package io.portrgateway.load;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * How long one small request takes when nothing else happens: one visitor, one kept connection, one request after the
 * other.
 *
 * @param p50Micros the median
 * @param p99Micros the slowest but one in a hundred
 */
record Latency(double p50Micros, double p99Micros) {

    private static final int UNCOUNTED = 1_000;
    private static final int COUNTED = 4_000;
    private static final String LENGTH = "content-length: ";

    static Latency measure(int port, String host) throws IOException {
        byte[] request = ("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        double[] micros = new double[COUNTED];
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(10_000);
            OutputStream requests = socket.getOutputStream();
            InputStream answers = new BufferedInputStream(socket.getInputStream(), 16 << 10);
            for (int i = -UNCOUNTED; i < COUNTED; i++) {
                long start = System.nanoTime();
                requests.write(request);
                skipAnswer(answers);
                if (i >= 0) {
                    micros[i] = (System.nanoTime() - start) / 1e3;
                }
            }
        }
        Arrays.sort(micros);
        return new Latency(micros[COUNTED / 2], micros[COUNTED * 99 / 100]);
    }

    /** What this adds to a direct connection. */
    Latency minus(Latency direct) {
        return new Latency(p50Micros - direct.p50Micros, p99Micros - direct.p99Micros);
    }

    @Override
    public String toString() {
        return "p50 %.0f µs, p99 %.0f µs".formatted(p50Micros, p99Micros);
    }

    private static void skipAnswer(InputStream answers) throws IOException {
        String status = line(answers);
        if (!status.startsWith("HTTP/1.1 200")) {
            throw new IOException("answer: " + status + " (expected: HTTP/1.1 200)");
        }
        long bodyBytes = 0;
        for (String header = line(answers); !header.isEmpty(); header = line(answers)) {
            if (header.regionMatches(true, 0, LENGTH, 0, LENGTH.length())) {
                bodyBytes = Long.parseLong(header.substring(LENGTH.length()).strip());
            }
        }
        answers.skipNBytes(bodyBytes);
    }

    private static String line(InputStream answers) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = answers.read(); next != '\n'; next = answers.read()) {
            if (next < 0) {
                throw new IOException("answer: ended early");
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }
}
