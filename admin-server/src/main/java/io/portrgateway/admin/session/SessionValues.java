package io.portrgateway.admin.session;

import io.portrgateway.admin.secret.SecretCipher;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.convert.ConversionService;
import org.springframework.core.convert.support.GenericConversionService;
import org.springframework.core.serializer.support.SerializingConverter;
import org.springframework.stereotype.Component;

/**
 * Session attributes to bytes and back, encrypted: a key that is shown once passes through here on its way to the next page.
 * Only classes that we put in come out again, and only from rows that we wrote; what cannot be read, say after an upgrade,
 * counts as not there. Thread-safe.
 */
@Component
final class SessionValues {

    private static final Logger log = LoggerFactory.getLogger(SessionValues.class);

    private static final String PURPOSE = "session.attribute";

    private static final ObjectInputFilter KNOWN = ObjectInputFilter.Config.createFilter("maxdepth=20;maxrefs=10000;"
            + "maxbytes=262144;java.base/*;io.portrgateway.admin.**;org.springframework.security.**;"
            + "org.springframework.web.servlet.FlashMap;org.springframework.util.*;!*");

    private final SecretCipher cipher;
    private final SerializingConverter serializer = new SerializingConverter();

    SessionValues(SecretCipher cipher) {
        this.cipher = cipher;
    }

    @SuppressWarnings("NullAway") // the repository takes null for an attribute that is not there
    ConversionService conversion() {
        GenericConversionService conversion = new GenericConversionService();
        conversion.addConverter(Object.class, byte[].class, this::write);
        conversion.addConverter(byte[].class, Object.class, this::read);
        return conversion;
    }

    byte[] write(Object value) {
        // one character per byte, because the cipher takes text
        return cipher.encrypt(PURPOSE, new String(serializer.convert(value), StandardCharsets.ISO_8859_1));
    }

    @Nullable
    Object read(byte[] stored) {
        Optional<String> plain = cipher.decrypt(PURPOSE, stored);
        if (plain.isEmpty()) {
            log.warn("session_attribute_unreadable reason=\"not encrypted with our key\"");
            return null;
        }
        byte[] bytes = plain.get().getBytes(StandardCharsets.ISO_8859_1);
        try (ObjectInputStream stream = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            stream.setObjectInputFilter(KNOWN);
            return stream.readObject();
        } catch (IOException | ClassNotFoundException unreadable) {
            log.warn("session_attribute_unreadable reason={}", unreadable.getMessage());
            return null;
        }
    }
}
