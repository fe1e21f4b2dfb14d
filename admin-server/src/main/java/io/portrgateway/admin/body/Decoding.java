package io.portrgateway.admin.body;

import com.github.luben.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.brotli.dec.BrotliInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Undoes the content codings of a body. What is too big, or grows as only a bomb does, is left as it came. Stateless.
 */
final class Decoding {

    /** More is never unpacked. */
    static final int MAX_BYTES = 10 * 1024 * 1024;

    /** Beyond this size, more bytes out of one byte are a bomb's. */
    static final int SUSPICIOUS_BYTES = 1024 * 1024;

    static final int MAX_RATIO = 200;

    private static final int MAX_CODINGS = 3;
    /** 8 MiB, which is what RFC 8878 asks decoders to allow; a frame that wants more is refused. */
    private static final int ZSTD_WINDOW_LOG = 23;

    private static final int CHUNK = 16 * 1024;

    private Decoding() {}

    /**
     * What came of it. Nobody changes the array.
     *
     * @param undone the codings that were undone, in the order in which that was done
     * @param problem why {@code bytes} is not all of the body, or still coded; null when all is well
     * @param coded whether {@code bytes} still is in a coding
     */
    // nobody compares them, and a copy of a mebibyte per reader is too dear
    @SuppressWarnings("ArrayRecordComponent")
    record Decoded(
            byte[] bytes, List<String> undone, @Nullable String problem, boolean coded) {}

    /** Undoes the codings that the value of {@code Content-Encoding} names, the last one first. */
    static Decoded decode(byte[] content, boolean truncated, @Nullable String contentEncoding) {
        List<String> codings = codings(contentEncoding);
        if (codings.isEmpty() || content.length == 0) {
            return new Decoded(content, List.of(), null, false);
        }
        if (codings.size() > MAX_CODINGS) {
            return new Decoded(
                    content, List.of(), "It came in " + codings.size() + " codings, which are not undone here.", true);
        }
        List<String> undone = new ArrayList<>();
        byte[] bytes = content;
        @Nullable String problem = null;
        for (String coding : codings.reversed()) {
            Step step = undo(bytes, coding, truncated || problem != null);
            if (step.bytes() == null) {
                return new Decoded(bytes, undone, step.problem(), true);
            }
            bytes = step.bytes();
            problem = step.problem() == null ? problem : step.problem();
            undone.add(coding);
        }
        return new Decoded(bytes, undone, problem, false);
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Step(byte @Nullable [] bytes, @Nullable String problem) {}

    private static List<String> codings(@Nullable String contentEncoding) {
        if (contentEncoding == null) {
            return List.of();
        }
        List<String> codings = new ArrayList<>();
        for (String part : contentEncoding.split(",", MAX_CODINGS + 20)) {
            String coding = part.strip().toLowerCase(Locale.ROOT);
            if (!coding.isEmpty() && !coding.equals("identity")) {
                codings.add(coding.equals("x-gzip") ? "gzip" : coding);
            }
        }
        return codings;
    }

    private static Step undo(byte[] coded, String coding, boolean cut) {
        ByteArrayOutputStream plain = new ByteArrayOutputStream(Math.min(coded.length * 4, MAX_BYTES) + 64);
        Counting counting = new Counting(coded);
        try (InputStream stream = open(counting, coded, coding)) {
            byte[] chunk = new byte[CHUNK];
            for (int count = stream.read(chunk); count >= 0; count = stream.read(chunk)) {
                plain.write(chunk, 0, count);
                if (plain.size() > MAX_BYTES) {
                    return new Step(null, "It unpacks to more than 10 MiB, so it is shown packed.");
                }
                // read is what the library took in advance, so this errs on the side of the body
                if (plain.size() > SUSPICIOUS_BYTES && plain.size() / MAX_RATIO > counting.read) {
                    return new Step(
                            null,
                            "It unpacks to more than " + MAX_RATIO
                                    + " times its size, as bombs do, so it is shown packed.");
                }
            }
            return new Step(plain.toByteArray(), null);
        } catch (UnknownCoding unknown) {
            return new Step(null, unknown.getMessage());
        } catch (IOException | RuntimeException | LinkageError broken) {
            if (plain.size() == 0) {
                return new Step(
                        null,
                        cut
                                ? "Too little of it was kept to unpack anything."
                                : "It is not valid " + coding + ", so it is shown as it came.");
            }
            return new Step(
                    plain.toByteArray(),
                    cut
                            ? "Only the beginning was kept: this is what could be unpacked."
                            : "Its " + coding + " is damaged: this is what could be unpacked.");
        }
    }

    private static InputStream open(InputStream counted, byte[] coded, String coding) throws IOException {
        return switch (coding) {
            case "gzip" -> new GZIPInputStream(counted, CHUNK);
            // as the RFC says with a zlib head, as some servers send it without
            case "deflate" -> new InflaterInputStream(counted, new Inflater(!hasZlibHead(coded)), CHUNK);
            case "br" -> new BrotliInputStream(counted, CHUNK);
            case "zstd" -> {
                ZstdInputStream stream = new ZstdInputStream(counted);
                stream.setLongMax(ZSTD_WINDOW_LOG);
                yield stream;
            }
            default ->
                throw new UnknownCoding("Its coding is not one that can be undone here, so it is shown as it came.");
        };
    }

    /** RFC 1950: method 8, and a check that makes it a multiple of 31. */
    private static boolean hasZlibHead(byte[] coded) {
        return coded.length > 1 && (coded[0] & 0x0f) == 8 && (((coded[0] & 0xff) << 8) | (coded[1] & 0xff)) % 31 == 0;
    }

    private static final class UnknownCoding extends IOException {

        UnknownCoding(String message) {
            super(message);
        }
    }

    /** Knows how much was taken from it. */
    private static final class Counting extends FilterInputStream {

        private int read;

        Counting(byte[] bytes) {
            super(new ByteArrayInputStream(bytes));
        }

        @Override
        public int read() throws IOException {
            int one = super.read();
            read += one < 0 ? 0 : 1;
            return one;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int count = super.read(into, offset, length);
            read += Math.max(0, count);
            return count;
        }
    }
}
