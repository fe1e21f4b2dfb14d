package io.portrgateway.tunnel.capture;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept of a server-sent stream (HTML Living Standard, section 9.2). */
class ServerSentEventsTest {

    private static final String STREAM = """
            : a comment
            data: one

            event: price
            id: 7
            retry: 10
            data: two
            data:three
            data:  four

            id: 8

            data
            unknown: x
            data

            event: nothing

            event:
            id
            data:{"a":"\u00fc:b"}

            data: never ends
            """;

    private static final List<String> EVENTS = List.of(
            "1 < event 3 name=null id=null [one]",
            "2 < event 15 name=price id=7 [two\nthree\n four]",
            "3 < event 1 name=null id=null [\n]",
            "4 < event 12 name=null id= [{\"a\":\"\u00fc:b\"}]");

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r", "\r\n"})
    void seesTheSameEventsWithEveryLineEndHoweverTheBytesAreCut(String lineEnd) {
        for (String mark : List.of("", "\uFEFF")) {
            byte[] wire = (mark + STREAM.replace("\n", lineEnd)).getBytes(UTF_8);
            for (int pieceBytes = 1; pieceBytes <= wire.length; pieceBytes++) {
                StreamRig rig = StreamRig.events(StreamRig.LIMITS).toVisitor(wire, pieceBytes);
                assertThat(rig.frames()).isEqualTo(EVENTS);
                assertThat(rig.passed()).isEqualTo(4);
                assertThat(rig.end()).isZero();
            }
        }
    }

    @Test
    void mixesLineEndsAndEndsAnEventWithItsBlankLine() {
        StreamRig rig = StreamRig.events(StreamRig.LIMITS);

        rig.toVisitor("data: a\r\n\rdata: b\n\ndata: c\r\r\n".getBytes(UTF_8), 100);
        assertThat(rig.frames())
                .containsExactly(
                        "1 < event 1 name=null id=null [a]",
                        "2 < event 1 name=null id=null [b]",
                        "3 < event 1 name=null id=null [c]");
    }

    @Test
    void cutsWhatIsTooLongAndKeepsWhatPostgresWouldRefuse() {
        StreamRig rig = StreamRig.events(new FrameLimits(4, 2, 1000));

        rig.toVisitor(
                ("id: 1\0\nevent: a\0b\ndata: 12345\n\nevent: " + "n".repeat(300) + "\ndata: 1\n\ndata: 2\n\n")
                        .getBytes(UTF_8),
                1000);

        assertThat(rig.frames())
                .containsExactly(
                        "1 < event 5 name=a\uFFFDb id=null [1234~]",
                        "2 < event 1 name=" + "n".repeat(256) + " id=null [1]");
        assertThat(rig.passed()).isEqualTo(3);
        assertThat(rig.dropped("limit")).isEqualTo(1);
        assertThat(rig.end()).isZero();
    }

    @Test
    void keepsSizesAndTimesWithoutContent() {
        StreamRig rig = StreamRig.events(new FrameLimits(0, 100, 0));

        rig.toVisitor("event: e\nid: 1\ndata: 12345\n\n".getBytes(UTF_8), 1000);

        assertThat(rig.frames()).containsExactly("1 < event 5 [~]");
    }

    @Test
    void looksOnlyIntoPlainStreamsOfEvents() {
        assertThat(EventParser.isFor(new DefaultHttpHeaders().add("Content-Type", "Text/Event-Stream;charset=utf-8")))
                .isTrue();
        assertThat(EventParser.isFor(new DefaultHttpHeaders().add("Content-Type", "text/plain")))
                .isFalse();
        assertThat(EventParser.isFor(new DefaultHttpHeaders())).isFalse();
        assertThat(EventParser.isPlain(new DefaultHttpHeaders())).isTrue();
        assertThat(EventParser.isPlain(new DefaultHttpHeaders().add("Content-Encoding", "Identity")))
                .isTrue();
        assertThat(EventParser.isPlain(new DefaultHttpHeaders().add("Content-Encoding", "gzip")))
                .isFalse();
    }
}
