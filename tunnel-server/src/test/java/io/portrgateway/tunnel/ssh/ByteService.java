package io.portrgateway.tunnel.ssh;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;

/**
 * The service behind a client. A visitor's first line says what it does: {@code send <bytes>} sends that many
 * pseudo-random bytes and closes its direction; {@code hash} reads to the end and answers with the SHA-256 in hex;
 * {@code echo} sends back what comes, to the end; {@code trickle} sends a byte and waits.
 */
final class ByteService implements AutoCloseable {

    private static final int PIECE_BYTES = 64 << 10;

    private final ServerSocket listener;

    ByteService() throws IOException {
        this(0);
    }

    ByteService(int port) throws IOException {
        listener = new ServerSocket(port, 200, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private static void serve(Socket socket) {
        try (socket) {
            String[] words = readLine(socket.getInputStream()).split(" ");
            switch (words[0]) {
                case "send" -> send(socket.getOutputStream(), Long.parseLong(words[1]));
                case "hash" ->
                    socket.getOutputStream().write(hash(socket.getInputStream()).getBytes(StandardCharsets.US_ASCII));
                case "echo" -> socket.getInputStream().transferTo(socket.getOutputStream());
                default -> {
                    socket.getOutputStream().write('.');
                    socket.getInputStream().read();
                }
            }
            socket.shutdownOutput();
            // Closing with unread bytes would reset the connection under the last bytes sent.
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException gone) {
            // The visitor left; tests look at their own side.
        }
    }

    /** A connection to a public port, with the command sent. */
    static Socket visit(InetSocketAddress address, String command) throws IOException {
        Socket socket = new Socket();
        socket.connect(address, (int) DataPathRig.PATIENCE.toMillis());
        socket.setSoTimeout((int) DataPathRig.PATIENCE.toMillis());
        socket.getOutputStream().write((command + "\n").getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /** Sends the pseudo-random bytes that {@link #hashOf} knows. */
    static void send(OutputStream out, long bytes) throws IOException {
        byte[] piece = piece();
        for (long left = bytes; left > 0; left -= piece.length) {
            out.write(piece, 0, (int) Math.min(left, piece.length));
            piece[0]++;
        }
    }

    static String hashOf(long bytes) throws IOException {
        try (HashStream stream = new HashStream()) {
            send(stream, bytes);
            return stream.hex();
        }
    }

    static String hash(InputStream in) throws IOException {
        try (HashStream stream = new HashStream()) {
            in.transferTo(stream);
            return stream.hex();
        }
    }

    private static byte[] piece() {
        byte[] piece = new byte[PIECE_BYTES];
        new Random(42).nextBytes(piece);
        return piece;
    }

    private static String readLine(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n' && c >= 0; c = in.read()) {
            line.write(c);
        }
        return line.toString(StandardCharsets.US_ASCII);
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    private static final class HashStream extends OutputStream {
        private final MessageDigest digest;

        HashStream() {
            try {
                digest = MessageDigest.getInstance("SHA-256");
            } catch (java.security.NoSuchAlgorithmException impossible) {
                throw new IllegalStateException(impossible);
            }
        }

        @Override
        public void write(int b) {
            digest.update((byte) b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            digest.update(bytes, offset, length);
        }

        String hex() {
            return HexFormat.of().formatHex(digest.digest());
        }
    }
}
