package io.portrgateway.admin.github;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.ClientHttpResponse;

/** An answer whose body fails, instead of going on, past a number of bytes. Confined to the thread that reads it. */
final class BoundedAnswer implements ClientHttpResponse {

    private final ClientHttpResponse answer;
    private final int maxBytes;

    BoundedAnswer(ClientHttpResponse answer, int maxBytes) {
        this.answer = answer;
        this.maxBytes = maxBytes;
    }

    @Override
    public InputStream getBody() throws IOException {
        return new Bounded(answer.getBody(), maxBytes);
    }

    @Override
    public HttpHeaders getHeaders() {
        return answer.getHeaders();
    }

    @Override
    public HttpStatusCode getStatusCode() throws IOException {
        return answer.getStatusCode();
    }

    @Override
    public String getStatusText() throws IOException {
        return answer.getStatusText();
    }

    @Override
    public void close() {
        answer.close();
    }

    private static final class Bounded extends FilterInputStream {

        private int leftBytes;

        Bounded(InputStream stream, int maxBytes) {
            super(stream);
            this.leftBytes = maxBytes;
        }

        @Override
        public int read() throws IOException {
            int next = super.read();
            count(next < 0 ? 0 : 1);
            return next;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int count = super.read(buffer, offset, length);
            count(Math.max(count, 0));
            return count;
        }

        private void count(int bytes) throws IOException {
            leftBytes -= bytes;
            if (leftBytes < 0) {
                throw new IOException("answer is too large");
            }
        }
    }
}
