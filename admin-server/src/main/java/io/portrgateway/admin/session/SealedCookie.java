package io.portrgateway.admin.session;

import io.portrgateway.admin.secret.SecretCipher;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.springframework.session.web.http.CookieSerializer;

/**
 * The session's cookie: its id, encrypted. So the ids in the database open no session, and a made-up cookie costs no query.
 * Thread-safe.
 */
final class SealedCookie implements CookieSerializer {

    private static final String PURPOSE = "session.cookie";
    private static final int MAX_CHARS = 512;

    private final CookieSerializer cookie;
    private final SecretCipher cipher;

    SealedCookie(CookieSerializer cookie, SecretCipher cipher) {
        this.cookie = cookie;
        this.cipher = cipher;
    }

    @Override
    public void writeCookieValue(CookieValue value) {
        String id = value.getCookieValue();
        String sealed =
                id.isEmpty() ? "" : Base64.getUrlEncoder().withoutPadding().encodeToString(cipher.encrypt(PURPOSE, id));
        CookieValue written = new CookieValue(value.getRequest(), value.getResponse(), sealed);
        written.setCookieMaxAge(value.getCookieMaxAge());
        cookie.writeCookieValue(written);
    }

    @Override
    public List<String> readCookieValues(HttpServletRequest request) {
        return cookie.readCookieValues(request).stream()
                .flatMap(value -> open(value).stream())
                .toList();
    }

    private Optional<String> open(String value) {
        if (value.length() > MAX_CHARS) {
            return Optional.empty();
        }
        try {
            return cipher.decrypt(PURPOSE, Base64.getUrlDecoder().decode(value));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }
}
