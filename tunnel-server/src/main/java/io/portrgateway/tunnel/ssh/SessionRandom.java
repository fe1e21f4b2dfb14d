package io.portrgateway.tunnel.ssh;

import java.security.SecureRandom;
import org.apache.sshd.common.random.Random;
import org.apache.sshd.common.random.RandomFactory;

/**
 * Random bytes for one session, drawn in advance, so that packets of different sessions do not queue for one lock.
 *
 * <p>MINA calls {@link #fill} under its own lock of this object; {@link #random} is thread-safe.
 */
final class SessionRandom implements Random {

    /** Padding takes 4 to 19 bytes a packet; small, because ten thousand idle sessions keep one each. */
    private static final int STOCK_BYTES = 256;

    /** Gives each session its own. */
    static final RandomFactory FACTORY = new SessionRandomFactory();

    private static final SecureRandom SOURCE = new SecureRandom();

    private final byte[] stock = new byte[STOCK_BYTES];
    private int usedBytes = STOCK_BYTES;

    @Override
    public String getName() {
        return "session";
    }

    @Override
    public void fill(byte[] bytes, int start, int len) {
        if (len > STOCK_BYTES / 2) {
            byte[] many = new byte[len];
            SOURCE.nextBytes(many);
            System.arraycopy(many, 0, bytes, start, len);
            return;
        }
        if (usedBytes + len > STOCK_BYTES) {
            SOURCE.nextBytes(stock);
            usedBytes = 0;
        }
        System.arraycopy(stock, usedBytes, bytes, start, len);
        usedBytes += len;
    }

    @Override
    public int random(int n) {
        return SOURCE.nextInt(n);
    }

    private static final class SessionRandomFactory implements RandomFactory {

        @Override
        public String getName() {
            return "session";
        }

        @Override
        public boolean isSupported() {
            return true;
        }

        @Override
        public Random create() {
            return new SessionRandom();
        }
    }
}
