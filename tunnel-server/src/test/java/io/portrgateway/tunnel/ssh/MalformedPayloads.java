package io.portrgateway.tunnel.ssh;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Byte strings that are no valid SSH fields: hand-made ones first, then random ones out of a fixed seed. */
final class MalformedPayloads {

    private static final long SEED = 20_260_101;

    private MalformedPayloads() {}

    static List<byte[]> of(int randomCount) {
        List<byte[]> payloads = new ArrayList<>(List.of(
                bytes(),
                bytes(0),
                bytes(0, 0, 0),
                bytes(0, 0, 0, 1),
                bytes(0xff, 0xff, 0xff, 0xff),
                bytes(0x7f, 0xff, 0xff, 0xff, 'a'),
                bytes(0x80, 0, 0, 0, 'a'),
                bytes(0, 0, 0, 5, 'a', 'b'),
                bytes(0, 0, 0, 1, 0, 0, 0, 0, 1),
                bytes(0, 0, 0, 1, 'a', 0, 0, 0),
                bytes(0, 0, 0, 1, 'a', 0, 1, 0, 0),
                bytes(0, 0, 0, 1, 'a', 0xff, 0xff, 0xff, 0xff),
                bytes(0, 0, 0, 1, 0x1b, 0, 0, 0, 80),
                bytes(0, 0, 0, 1, 'a', 0, 0, 0, 80, 0)));
        Random random = new Random(SEED);
        for (int i = 0; i < randomCount; i++) {
            byte[] payload = new byte[random.nextInt(40)];
            random.nextBytes(payload);
            payloads.add(payload);
        }
        return payloads;
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        IntStream.range(0, values.length).forEach(i -> bytes[i] = (byte) values[i]);
        return bytes;
    }
}
