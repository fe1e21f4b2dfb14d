package io.portrgateway.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * One visitor that moves a body of known length and looks at nothing but its length, so that it costs the same for
 * every server measured.
 *
 * @param port the public port
 * @param host what the Host header says
 */
record Visitor(int port, String host) {

    /** Downloads; answers the seconds it took. */
    double download(long bytes) throws IOException {
        long start = System.nanoTime();
        try (Socket socket = connect()) {
            socket.getOutputStream().write(head("GET /bytes/" + bytes, 0));
            InputStream answer = socket.getInputStream();
            skipHead(answer);
            byte[] chunk = new byte[256 * 1024];
            long left = bytes;
            while (left > 0) {
                int count = answer.read(chunk, 0, (int) Math.min(chunk.length, left));
                if (count < 0) {
                    throw new IOException("download: ended " + left + " bytes early");
                }
                left -= count;
            }
        }
        return (System.nanoTime() - start) / 1e9;
    }

    /** Uploads and waits for the service's word that all arrived; answers the seconds it took. */
    double upload(long bytes) throws IOException {
        long start = System.nanoTime();
        try (Socket socket = connect()) {
            OutputStream request = socket.getOutputStream();
            request.write(head("PUT /sink", bytes));
            byte[] chunk = new byte[256 * 1024];
            for (long left = bytes; left > 0; left -= chunk.length) {
                request.write(chunk, 0, (int) Math.min(chunk.length, left));
            }
            InputStream answer = socket.getInputStream();
            skipHead(answer);
            String said = new String(answer.readNBytes(Long.toString(bytes).length()), StandardCharsets.US_ASCII);
            if (!said.equals(Long.toString(bytes))) {
                throw new IOException("upload: " + said + " bytes arrived (expected: " + bytes + ")");
            }
        }
        return (System.nanoTime() - start) / 1e9;
    }

    /** Asks for a body and reads only its head; the caller closes the socket. */
    Socket stall(long bytes) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(64 * 1024);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.getOutputStream().write(head("GET /bytes/" + bytes, 0));
        skipHead(socket.getInputStream());
        return socket;
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(120_000);
        return socket;
    }

    private byte[] head(String methodAndTarget, long contentLength) {
        return (methodAndTarget + " HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: " + contentLength + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Reads byte by byte up to the empty line, so that nothing of the body is taken away. */
    private static void skipHead(InputStream answer) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            int next = answer.read();
            if (next < 0) {
                throw new IOException("answer: ended in its head: " + head);
            }
            head.append((char) next);
        }
        if (!head.toString().startsWith("HTTP/1.1 200")) {
            throw new IOException(
                    "answer: " + head.toString().lines().findFirst().orElse("empty"));
        }
    }
}
