package io.portrgateway.tunnel.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.portrgateway.tunnel.config.CaptureConfig;
import io.portrgateway.tunnel.config.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedactionTest {

    private static final CaptureConfig DEFAULTS = CaptureConfig.read(new Settings(Map.of()));

    private final Redaction redaction =
            new Redaction(DEFAULTS.redactedHeaders(), DEFAULTS.redactedParameters(), JsonPaths.of(List.of()));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Authorization | Bearer eyJ.abc.def | Bearer [redacted]",
                "AUTHORIZATION | basic dXNlcjpw | basic [redacted]",
                "Authorization | opensesame | [redacted]",
                "Authorization | open sesame | [redacted]",
                "Proxy-Authorization | Digest a=b | Digest [redacted]",
                "cookie | a=1; b=2 | [redacted]",
                "Set-Cookie | a=1; HttpOnly | [redacted]",
                "X-Api-Key | Bearer k | [redacted]",
                "Referer | https://a/?token=x&b=1 | https://a/?token=[redacted]&b=1",
                "Accept | Bearer abc | Bearer abc"
            })
    void replacesTheValuesOfSecretFields(String name, String value, String kept) {
        assertThat(redacted(name, value)).containsExactly(name, kept);
    }

    @Test
    void keepsNamesOrderAndNumberOfFields() {
        assertThat(redacted("A", "1", "Cookie", "x", "a", "2", "Cookie", "y", "A", "3"))
                .containsExactly("A", "1", "Cookie", "[redacted]", "a", "2", "Cookie", "[redacted]", "A", "3");
    }

    @ParameterizedTest
    @CsvSource({
        "/hook?access_token=abc&x=1, /hook?access_token=[redacted]&x=1",
        "/?x=1&TOKEN=abc, /?x=1&TOKEN=[redacted]",
        "/?acce%73s_token=abc, /?acce%73s_token=[redacted]",
        "/?a=1;password=x, /?a=1;password=[redacted]",
        "/?token=a=b&token=c, /?token=[redacted]&token=[redacted]",
        "/?token, /?token",
        "/?tokens=1&my_token=2, /?tokens=1&my_token=2",
        "/?%zz=1&secret=s, /?%zz=1&secret=[redacted]",
        "/?a=%20&&b=, /?a=%20&&b=",
        "/token=abc, /token=abc"
    })
    void replacesTheValuesOfSecretParameters(String target, String kept) {
        assertThat(redaction.target(target)).isEqualTo(kept);
    }

    private List<String> redacted(String... parts) {
        HttpHeaders headers = new DefaultHttpHeaders();
        for (int i = 0; i < parts.length; i += 2) {
            headers.add(parts[i], parts[i + 1]);
        }
        Fields fields = redaction.fields(Fields.of(headers));
        List<String> all = new ArrayList<>();
        for (int i = 0; i < fields.count(); i++) {
            all.add(fields.name(i));
            all.add(fields.value(i));
        }
        return all;
    }
}
