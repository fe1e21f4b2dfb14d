package io.portrgateway.load;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks another JVM of this user, by {@code jcmd}, what it really needs: its heap after a collection. */
record HeapProbe(long pid) {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    /** As in "garbage-first heap   total reserved 524288K, committed 96256K, used 40631K". */
    private static final Pattern USED = Pattern.compile("\\bheap\\b[^\\n]*?\\bused (\\d+)K");

    /** Collects garbage, and answers what is left. */
    long heapBytesAfterCollection() throws IOException, InterruptedException {
        jcmd("GC.run");
        String told = jcmd("GC.heap_info");
        Matcher used = USED.matcher(told);
        if (!used.find()) {
            throw new IOException("jcmd GC.heap_info: no heap in: " + told);
        }
        return Long.parseLong(used.group(1)) << 10;
    }

    private String jcmd(String command) throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        return Tools.run(LIMIT, jcmd.toString(), Long.toString(pid), command);
    }
}
