package io.portrgateway.tunnel.capture;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.tunnel.config.CaptureConfig.Mode;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept of the two directions of a WebSocket (RFC 6455, RFC 7692). */
class WebSocketFramesTest {

    private static final String DEFLATE = "permessage-deflate";
    private static final String HELLO = "c1 07 f2 48 cd c9 c9 07 00";

    @Test
    void keepsFragmentsAndTheControlFramesBetweenThem() {
        StreamRig rig = StreamRig.webSocket();

        rig.toUpstream("01 83 37fa213d 7f9f4d").toVisitor("89 05 48656c6c6f");
        rig.toUpstream("8a 85 37fa213d 7f9f4d5158")
                .toUpstream("80 82 37fa213d 5b95")
                .toVisitor("82 00");

        assertThat(rig.frames())
                .containsExactly(
                        "1 > text... 3 [Hel]",
                        "2 < ping 5 [Hello]",
                        "3 > pong 5 [Hello]",
                        "4 > continuation 2 [lo]",
                        "5 < binary 0 []");
        assertThat(rig.passed()).isEqualTo(5);
        assertThat(rig.end()).isZero();
    }

    @Test
    void seesTheSameFramesHoweverTheBytesAreCut() {
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        wire.writeBytes(StreamRig.bytes("81 85 37fa213d 7f9f4d5158"));
        wire.writeBytes(StreamRig.frame(0x02, "a".repeat(200).getBytes(UTF_8)));
        wire.writeBytes(StreamRig.bytes("8900"));
        wire.writeBytes(StreamRig.frame(0x80, "b".repeat(70_000).getBytes(UTF_8)));
        wire.writeBytes(StreamRig.bytes("88 07 03e9 6c61746572"));
        List<String> whole = StreamRig.webSocket()
                .pass(true, wire.toByteArray(), Integer.MAX_VALUE)
                .frames();

        assertThat(whole)
                .containsExactly(
                        "1 > text 5 [Hello]",
                        "2 > binary... 200 [" + "a".repeat(200) + "]",
                        "3 > ping 0 []",
                        "4 > continuation 70000 [" + "b".repeat(1000) + "~]",
                        "5 > close 7 code=1001 [later]");
        for (int pieceBytes = 1; pieceBytes < 64; pieceBytes++) {
            assertThat(StreamRig.webSocket()
                            .pass(true, wire.toByteArray(), pieceBytes)
                            .frames())
                    .isEqualTo(whole);
        }
    }

    @Test
    void keepsCloseCodesWithAndWithoutReason() {
        StreamRig rig = StreamRig.webSocket().toVisitor("88 00").toUpstream("88 82 01020304 02e9");

        assertThat(rig.frames()).containsExactly("1 < close 0 []", "2 > close 2 code=1003 []");
    }

    @Test
    void inflatesMessagesThatReferToEarlierOnes() {
        StreamRig rig = StreamRig.webSocket(StreamRig.LIMITS, DEFLATE + "; client_max_window_bits=15");

        // RFC 7692, section 7.2.3.2
        rig.toVisitor(HELLO).toVisitor("c1 05 f2 00 11 00 00").toVisitor("81 02 6869");
        // Section 7.2.3.1: in two frames, with a control frame between them
        rig.toUpstream("41 03 f2 48 cd").toUpstream("89 00").toUpstream("80 04 c9 c9 07 00");

        List<String> frames = rig.frames();
        assertThat(frames)
                .startsWith("1 < text 7 inflated [Hello]", "2 < text 5 inflated [Hello]", "3 < text 2 [hi]")
                .contains("5 > ping 0 []");
        assertThat(frames.get(3)).startsWith("4 > text... 3 inflated [");
        assertThat(frames.get(5)).startsWith("6 > continuation 4 inflated [");
        assertThat(content(frames.get(3)) + content(frames.get(5))).isEqualTo("Hello");
        assertThat(rig.held()).isEqualTo(2 * Inflation.INFLATER_BYTES);
        assertThat(rig.end()).isZero();
    }

    private static String content(String line) {
        return line.substring(line.indexOf('[') + 1, line.length() - 1);
    }

    @Test
    void inflatesMessagesOnTheirOwnAndHoldsNothingBetweenThem() {
        StreamRig rig = StreamRig.webSocket(
                StreamRig.LIMITS, DEFLATE + "; server_no_context_takeover; client_no_context_takeover");

        rig.toVisitor(HELLO).toVisitor("c1 01 ff").toVisitor(HELLO);
        // A block with BFINAL set (section 7.2.3.4)
        rig.toUpstream("c1 08 f3 48 cd c9 c9 07 00 00").toUpstream(HELLO);

        assertThat(rig.frames())
                .containsExactly(
                        "1 < text 7 inflated [Hello]",
                        "2 < text 1 compressed [\uFFFD]",
                        "3 < text 7 inflated [Hello]",
                        "4 > text 8 inflated [Hello]",
                        "5 > text 7 inflated [Hello]");
        assertThat(rig.held()).isZero();
    }

    @Test
    void doesNotGuessWhatAMessageRefersToThatWasNotKept() {
        Deflater deflater = new Deflater(9, true);
        StreamRig rig = StreamRig.webSocket(new FrameLimits(150, 100, 100_000), DEFLATE);
        String noise = noise(400);

        rig.toVisitor(StreamRig.frame(0xC1, StreamRig.deflated(deflater, "first")), 1000);
        rig.toVisitor(StreamRig.frame(0xC1, StreamRig.deflated(deflater, noise)), 1000);
        rig.toVisitor(StreamRig.frame(0xC1, StreamRig.deflated(deflater, noise)), 1000);
        rig.toVisitor("81 02 6869");

        List<String> frames = rig.frames();
        assertThat(frames.get(0)).endsWith(" inflated [first]");
        assertThat(frames.get(1))
                .contains(" inflated [" + noise.substring(0, 20))
                .endsWith("~]");
        assertThat(frames.get(2)).contains(" compressed [");
        assertThat(frames.get(3)).isEqualTo("4 < text 2 [hi]");
        assertThat(rig.held()).isZero();
        deflater.end();
    }

    private static String noise(int length) {
        StringBuilder noise = new StringBuilder();
        new java.util.Random(7)
                .ints(length, 'A', 'z')
                .forEach(letter -> noise.append(Character.isLetter(letter) ? (char) letter : 'x'));
        return noise.toString();
    }

    @Test
    void stopsAtAMessageThatBlowsUp() {
        Deflater deflater = new Deflater(9, true);
        StreamRig rig = StreamRig.webSocket(new FrameLimits(20_000, 100, 100_000), DEFLATE);

        byte[] bomb = StreamRig.deflated(deflater, "0".repeat(10 << 20));
        rig.toVisitor(StreamRig.frame(0xC2, bomb), 8192).toVisitor(HELLO);

        assertThat(rig.frames())
                .containsExactly(
                        "1 < binary " + bomb.length + " inflated [" + "0".repeat(20_000) + "~]",
                        "2 < text 7 compressed [\uFFFDH\uFFFD\uFFFD\uFFFD\u0007\0]");
        assertThat(rig.held()).isZero();
        deflater.end();
    }

    @Test
    void countsWhatIsBeyondTheBudgetAndKeepsTheClose() {
        StreamRig rig = StreamRig.webSocket(new FrameLimits(5, 3, 8), "");
        for (int i = 0; i < 10; i++) {
            rig.toVisitor("81 06 616263646566");
        }
        rig.toUpstream("88 02 03e8");

        assertThat(rig.frames())
                .containsExactly(
                        "1 < text 6 [abcde~]", "2 < text 6 [abc~]", "3 < text 6 [~]", "11 > close 2 code=1000 []");
        assertThat(rig.passed()).isEqualTo(11);
        assertThat(rig.dropped("limit")).isEqualTo(7);
        assertThat(rig.held()).isZero();
    }

    @Test
    void keepsSizesTimesAndCodesWithoutPayload() {
        StreamRig rig = StreamRig.webSocket(new FrameLimits(0, 100, 0), DEFLATE);

        rig.toVisitor(HELLO).toVisitor("81 02 6869").toVisitor("88 07 03e9 6c61746572");

        assertThat(rig.frames())
                .containsExactly("1 < text 7 compressed [~]", "2 < text 2 [~]", "3 < close 7 code=1001 [~]");
    }

    @Test
    void dropsAndCountsWhatTheQueueHasNoRoomFor() {
        StreamRig rig = StreamRig.webSocket();
        rig.toVisitor("81 02 6869");
        rig.fillQueue();
        rig.toVisitor("81 02 6869").toVisitor("81 02 6869");

        assertThat(rig.frames()).containsExactly("1 < text 2 [hi]");
        assertThat(rig.passed()).isEqualTo(3);
        assertThat(rig.dropped("full")).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "474554202f20485454502f312e310d0a", // another protocol
                "83 00", // reserved opcodes
                "8b 00",
                "c1 00", // a reserved bit without an extension
                "a1 00",
                "80 00", // a continuation of nothing
                "09 00", // a control frame in fragments
                "89 7e 0080", // a long control frame
                "82 7e 0005", // lengths not in the shortest way
                "82 7f 000000000000ffff",
                "82 7f 8000000000000000"
            })
    void leavesForGoodWhatIsNoWebSocket(String garbage) {
        StreamRig rig = StreamRig.webSocket();

        rig.toVisitor("81 02 6869").toVisitor(garbage).toVisitor("81 02 6869").toUpstream("81 01 61");

        assertThat(rig.frames()).containsExactly("1 < text 2 [hi]", "2 > text 1 [a]");
        assertThat(rig.malformed()).isEqualTo(1);
        assertThat(rig.end()).isZero();
    }

    @Test
    void aNewMessageInsideAnotherIsNoWebSocket() {
        StreamRig rig =
                StreamRig.webSocket().toVisitor("01 00").toVisitor("81 00").toVisitor("80 00");

        assertThat(rig.frames()).containsExactly("1 < text... 0 []");
        assertThat(rig.malformed()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"permessage-deflate, x-other; a=1", "x-webkit-deflate-frame", ";", ";a=1"})
    void followsFramesOfAnUnknownExtensionAsTheyAre(String extensions) {
        StreamRig rig = StreamRig.webSocket(StreamRig.LIMITS, extensions);

        rig.toVisitor("d1 02 6869");

        assertThat(rig.frames()).containsExactly("1 < text 2 [hi]");
    }

    @Test
    void whatIsIncompleteAtTheEndIsNoFrame() {
        StreamRig rig =
                StreamRig.webSocket(StreamRig.LIMITS, DEFLATE).toVisitor(HELLO).toVisitor("82 7e 0400 0102");

        assertThat(rig.held()).isPositive();
        assertThat(rig.end()).isZero();
        assertThat(rig.passed()).isEqualTo(1);
    }

    @Test
    void keepsNoSecretValuesAndNoPartsWhereThereAreSome() {
        StreamRig rig = StreamRig.webSocket(StreamRig.LIMITS, DEFLATE).rules(Mode.FULL, "$.pin");
        byte[] secret = "{\"pin\":1234,\"a\":1}".getBytes(UTF_8);
        Deflater deflater = new Deflater(9, true);

        rig.pass(true, StreamRig.frame(0x81, secret), 1000).pass(true, StreamRig.frame(0x82, secret), 1000);
        rig.toVisitor(StreamRig.frame(0xC1, StreamRig.deflated(deflater, new String(secret, UTF_8))), 1000);
        rig.toVisitor("81 02 6869").toVisitor("01 04 7b227069").toVisitor("80 02 6e22");

        List<String> frames = rig.frames();
        assertThat(frames.get(0)).isEqualTo("1 > text 18 [{\"pin\":\"[redacted]\",\"a\":1}]");
        assertThat(frames.get(1)).isEqualTo("2 > binary 18 [{\"pin\":\"[redacted]\",\"a\":1}]");
        assertThat(frames.get(2)).contains(" inflated [{\"pin\":\"[redacted]\",\"a\":1}]");
        assertThat(frames.subList(3, 6))
                .containsExactly("4 < text 2 [hi]", "5 < text... 4 [~]", "6 < continuation 2 [~]");
        deflater.end();
    }

    @Test
    void followsTheRulesOfNowWhileAStreamGoesOn() {
        StreamRig rig = StreamRig.webSocket(StreamRig.LIMITS, DEFLATE);

        rig.toVisitor(HELLO).rules(Mode.OFF);
        assertThat(rig.frames()).isEmpty();
        assertThat(rig.dropped("off")).isEqualTo(1);
        rig.toVisitor(HELLO).rules(Mode.METADATA);
        assertThat(rig.frames()).containsExactly("2 < text 7 inflated [~]");
        rig.toVisitor("c1 05 f2 00 11 00 00").rules(Mode.FULL);
        assertThat(rig.frames()).containsExactly("3 < text 5 inflated [Hello]");
        assertThat(rig.end()).isZero();
    }
}
