package io.portrgateway.admin.auditlog;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.audit.AuditWords;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuditExportTest {

    @ParameterizedTest
    @ValueSource(strings = {"=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"})
    void makesATextOfWhatASpreadsheetWouldRun(String value) {
        assertThat(AuditExport.cell(value)).startsWith("\"'");
    }

    @Test
    void quotesEveryCell() {
        assertThat(AuditExport.cell("a \"b\", c")).isEqualTo("\"a \"\"b\"\", c\"");
        assertThat(AuditExport.cell("")).isEqualTo("\"\"");
    }

    @Test
    void keepsThePlaceInTheListToTheMicrosecond() {
        AuditCursor cursor = new AuditCursor(Instant.parse("2026-03-31T08:00:00.123456Z"), 42);

        assertThat(AuditCursor.parse(cursor.text())).contains(cursor);
        assertThat(AuditCursor.parse("x")).isEmpty();
        assertThat(AuditCursor.parse("99999999999999999-1")).isPresent();
    }

    @Test
    void saysActionsInWords() {
        assertThat(AuditWords.of("user.signed_in")).isEqualTo("Signed in");
        assertThat(AuditWords.of("api_token.expired_early")).isEqualTo("API token expired early");
    }

    @Test
    void readsDaysInUtcAndIncludesTheLast() {
        AuditFilter filter =
                AuditFilter.read(Map.of("from", "2026-03-30", "to", "2026-03-31", "q", " Ann@example.com ' & | ")::get);

        assertThat(filter.from()).isEqualTo(Instant.parse("2026-03-30T00:00:00Z"));
        assertThat(filter.to()).isEqualTo(Instant.parse("2026-04-01T00:00:00Z"));
        assertThat(filter.textQuery()).contains("ann:* & example:* & com:*");
        assertThat(filter.problems()).isEmpty();
        assertThat(AuditFilter.read(Map.of("from", "soon")::get).problems()).containsKey("from");
        assertThat(AuditFilter.read(Map.of("from", "2026-03-31", "to", "2026-03-30")::get)
                        .problems())
                .containsKey("to");
    }

    @Test
    void keepsTheFilterInLinks() {
        AuditFilter filter = AuditFilter.read(Map.of("actor", "a&b@x", "q", "100% {sure}")::get);

        assertThat(filter.link("/t/audit", "before", "1-2"))
                .isEqualTo("/t/audit?actor=a%26b%40x&q=100%25%20%7Bsure%7D&before=1-2");
    }
}
