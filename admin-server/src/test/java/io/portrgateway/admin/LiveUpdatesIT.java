package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.portrgateway.admin.team.FirstAdministrator;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a page that stays open hears, over real sockets, from either of two replicas on one database. */
@Timeout(120)
class LiveUpdatesIT {

    private static final String LIVE = "/default-team/connections/live";
    private static final Duration SOON = Duration.ofSeconds(5);

    private static EmbeddedDatabase database;
    private static Gateway one;
    private static Gateway two;
    private static Tunnels tunnels;
    private static long ann;

    private final List<Stream> opened = new ArrayList<>();

    @BeforeAll
    static void start() {
        database = EmbeddedDatabase.create();
        one = replica();
        two = replica();
        tunnels = new Tunnels(one);
        Members members = new Members(one);
        ann = members.id(members.add("ann@example.com", "default-team", "member"));
    }

    private static Gateway replica() {
        return Gateway.start(
                database,
                "PORTR_SIGN_IN_RATE_PER_ADDRESS",
                "0",
                "PORTR_LIVE_HEARTBEAT",
                "300ms",
                "PORTR_LIVE_WATCHERS",
                "18");
    }

    @AfterAll
    static void stop() {
        one.close();
        two.close();
    }

    @BeforeEach
    void empty() {
        tunnels.removeAll();
    }

    @AfterEach
    void leave() {
        opened.forEach(Stream::close);
        // a stream is seen to have ended when its next heartbeat cannot be written
        await().atMost(SOON).until(() -> watchers(one) == 0 && watchers(two) == 0);
    }

    /** A stream of events as a browser reads it. Lines are gathered on a thread of its own. */
    private final class Stream implements AutoCloseable {

        final List<String> lines = new CopyOnWriteArrayList<>();
        private final Socket socket;
        private final Thread reader;
        volatile boolean ended;

        Stream(Gateway gateway, String session, String query) {
            URI uri = gateway.uri(LIVE + query);
            try {
                socket = new Socket(uri.getHost(), uri.getPort());
                socket.getOutputStream()
                        .write(("GET " + LIVE + query + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
                                        + "Cookie: " + session + "\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
            reader = Thread.ofVirtual().start(this::read);
            opened.add(this);
        }

        private void read() {
            try (BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    lines.add(line);
                    if (line.equals("0")) {
                        // the last chunk
                        break;
                    }
                }
            } catch (IOException closed) {
                // by the test, or by the server
            }
            ended = true;
        }

        List<String> events() {
            return lines.stream().filter(line -> line.startsWith("data: ")).toList();
        }

        Stream awaitOpen() {
            await().atMost(SOON).until(() -> lines.contains(": watching"));
            return this;
        }

        /** The first line of an answer. */
        String awaitHead() {
            await().atMost(SOON).until(() -> !lines.isEmpty());
            return lines.getFirst();
        }

        void awaitEvents(int count) {
            await().atMost(SOON).untilAsserted(() -> assertThat(events()).hasSizeGreaterThanOrEqualTo(count));
        }

        @Override
        public void close() {
            try {
                socket.close();
                reader.join();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Test
    void tellsOfTunnelsThatAppearChangeAndCloseOnBothReplicas() {
        String session = signIn(one, "admin@localhost");
        Stream first = new Stream(one, session, "").awaitOpen();
        Stream second = new Stream(two, signIn(two, "admin@localhost"), "").awaitOpen();
        first.awaitEvents(1);
        second.awaitEvents(1);
        assertThat(first.lines).anyMatch(line -> line.startsWith("Content-Type: text/event-stream"));
        assertThat(first.lines).anyMatch(line -> line.startsWith("Cache-Control: no-store"));

        String id = tunnels.live(ann, "shop");
        first.awaitEvents(2);
        second.awaitEvents(2);
        assertThat(first.events().getLast()).isEqualTo("data: 1");
        tunnels.update(id, "request_count = 5");
        first.awaitEvents(3);
        tunnels.update(id, "status = 'closed', closed_at = now()");
        first.awaitEvents(4);

        assertThat(first.events().getLast()).isEqualTo("data: 0");
        // it may have missed a state in between, and not the last one
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(second.events().getLast()).isEqualTo("data: 0"));
        assertThat(first.lines).contains("event: changed");
    }

    @Test
    void tellsOfATunnelThatOpenedAndClosedBetweenTwoLooks() {
        Stream stream = new Stream(one, signIn(one, "admin@localhost"), "").awaitOpen();
        stream.awaitEvents(1);

        tunnels.past(ann, "brief", Duration.ZERO);

        stream.awaitEvents(2);
    }

    @Test
    void saysNothingWhenThePageIsUpToDateButStaysAlive() {
        tunnels.live(ann, "still");
        String session = signIn(one, "admin@localhost");
        String seen = seen(one, session);
        Stream stream = new Stream(one, session, "?seen=" + seen).awaitOpen();

        await().atMost(SOON)
                .until(() ->
                        stream.lines.stream().filter(": still here"::equals).count() > 8);

        assertThat(stream.events()).isEmpty();
        tunnels.live(ann, "more");
        stream.awaitEvents(1);
    }

    @Test
    void saysNothingOfOtherTeams() {
        one.sql()
                .sql("insert into team (name, slug) values ('Quiet', 'quiet') on conflict do nothing")
                .update();
        Members members = new Members(one);
        long eve = members.id(members.add("eve@example.com", "quiet", "admin"));
        String session = signIn(one, "admin@localhost");
        Stream stream = new Stream(one, session, "?seen=" + seen(one, session)).awaitOpen();

        tunnels.live(eve, "hers");
        await().atMost(SOON)
                .until(() ->
                        stream.lines.stream().filter(": still here"::equals).count() > 6);

        assertThat(stream.events()).isEmpty();
    }

    @Test
    void endsWhenTheSessionEnds() {
        Browser browser = browser(one, "ann@example.com");
        String session = cookie(browser);
        Stream stream = new Stream(one, session, "").awaitOpen();

        browser.submit(browser.open("/default-team/connections"), "/sign-out");

        await().atMost(SOON).until(() -> stream.ended);
        assertThat(new Stream(one, session, "").awaitHead()).contains("401");
    }

    @Test
    void endsWhenTheMembershipEnds() {
        Members members = new Members(one);
        String key = members.add("leaving@example.com", "default-team", "member");
        Stream stream = new Stream(one, signIn(one, "leaving@example.com"), "").awaitOpen();

        one.sql()
                .sql("delete from membership where id = :id")
                .param("id", members.id(key))
                .update();

        await().atMost(SOON).until(() -> stream.ended);
    }

    @Test
    void refusesMoreWatchersThanAllowedOfOneSessionAndInAll() {
        String session = signIn(one, "admin@localhost");
        for (int i = 0; i < 16; i++) {
            new Stream(one, session, "").awaitOpen();
        }
        assertThat(new Stream(one, session, "").awaitHead()).contains("503");

        String another = signIn(one, "ann@example.com");
        new Stream(one, another, "").awaitOpen();
        Stream last = new Stream(one, another, "").awaitOpen();
        assertThat(new Stream(one, signIn(one, "admin@localhost"), "").awaitHead())
                .contains("503");

        last.close();
        await().atMost(SOON).until(() -> watchers(one) == 17);
        new Stream(one, another, "").awaitOpen();
    }

    @Test
    void healsAfterTheDatabaseWasAway() {
        Stream stream = new Stream(one, signIn(one, "admin@localhost"), "").awaitOpen();
        stream.awaitEvents(1);
        database.cutOff();
        try {
            long heartbeats = stream.lines.size();
            await().atMost(Duration.ofSeconds(15)).until(() -> stream.lines.size() > heartbeats + 3);
        } finally {
            database.letIn();
        }

        await().atMost(Duration.ofSeconds(15)).ignoreExceptions().until(() -> {
            tunnels.live(ann, "back");
            return true;
        });

        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> assertThat(stream.events().getLast()).isEqualTo("data: 1"));
        assertThat(stream.ended).isFalse();
    }

    @Test
    void letsTheServerStopWhilePagesWatch() {
        Gateway three = replica();
        Stream stream = new Stream(three, signIn(three, "admin@localhost"), "").awaitOpen();
        long began = System.nanoTime();

        three.close();

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
        await().atMost(SOON).until(() -> stream.ended);
    }

    private static int watchers(Gateway gateway) {
        return gateway.context.getBeansOfType(MeterRegistry.class).values().stream()
                .mapToInt(meters ->
                        (int) meters.get("portr.live.watchers").gauge().value())
                .max()
                .orElseThrow();
    }

    private static String seen(Gateway gateway, String session) {
        String page =
                gateway.get("/default-team/connections", "Cookie", session).body();
        int from = page.indexOf("/live?seen=") + "/live?seen=".length();
        return page.substring(from, page.indexOf('"', from));
    }

    private static String signIn(Gateway gateway, String email) {
        return cookie(browser(gateway, email));
    }

    private static Browser browser(Gateway gateway, String email) {
        Browser browser = new Browser(gateway);
        browser.signIn(gateway.bean(FirstAdministrator.class)
                .entry(Optional.of(email))
                .orElseThrow()
                .signInUrl());
        return browser;
    }

    private static String cookie(Browser browser) {
        return browser.cookies().stream()
                .map(cookie -> cookie.getName() + "=" + cookie.getValue())
                .collect(Collectors.joining("; "));
    }
}
