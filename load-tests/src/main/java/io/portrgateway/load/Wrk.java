package io.portrgateway.load;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs wrk and reads its figures. */
final class Wrk {

    private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
    private static final Pattern COUNT = Pattern.compile("(\\d+) requests in");
    private static final Pattern PERCENTILE = Pattern.compile("(50|99)%\\s+([0-9.]+)(us|ms|s)");
    private static final Pattern ERRORS = Pattern.compile("(Non-2xx or 3xx responses|Socket errors): (.*)");

    private Wrk() {}

    /** What one run of wrk found. {@code errors} is empty when every request was answered with success. */
    record Figures(double requestsPerSecond, long requestCount, double p50Millis, double p99Millis, String errors) {}

    static Figures run(int port, String host, int connections, boolean keepAlive, Duration length)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Tools.require("wrk"),
                "-t1",
                "-c" + connections,
                "-d" + length.toSeconds() + "s",
                "--latency",
                "-H",
                "Host: " + host));
        if (!keepAlive) {
            command.addAll(List.of("-H", "Connection: close"));
        }
        command.add("http://127.0.0.1:" + port + "/");
        String output = Tools.run(length.plusSeconds(30), command.toArray(String[]::new));
        double p50 = 0;
        double p99 = 0;
        Matcher percentiles = PERCENTILE.matcher(output);
        while (percentiles.find()) {
            double millis = Double.parseDouble(percentiles.group(2))
                    * switch (percentiles.group(3)) {
                        case "us" -> 0.001;
                        case "s" -> 1000;
                        default -> 1;
                    };
            if (percentiles.group(1).equals("50")) {
                p50 = millis;
            } else {
                p99 = millis;
            }
        }
        Matcher errors = ERRORS.matcher(output);
        return new Figures(
                Double.parseDouble(first(RATE, output)),
                Long.parseLong(first(COUNT, output)),
                p50,
                p99,
                errors.find() ? errors.group(1) + ": " + errors.group(2) : "");
    }

    private static String first(Pattern pattern, String output) {
        Matcher matcher = pattern.matcher(output);
        if (!matcher.find()) {
            throw new IllegalStateException("wrk: unexpected output: " + output);
        }
        return matcher.group(1);
    }
}
