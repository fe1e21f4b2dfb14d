package io.portrgateway.admin.clientconfig;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateRulesTest {

    private static final String GOOD = """
            # our services
            tunnels:
              - name: web
                subdomain: My-App
                port: 3000
                host_header: rewrite
                pool_size: 4
              - name: db
                type: tcp
                port: 5432
              - name: hook
                type: stub
                subdomain: hook
                response_format: json
                response_tmpl: '{"ok": true}'
            groups:
              all: [web, db]
            """;

    private static String problems(String yaml) {
        return TemplateRules.judge(yaml).problems().toString();
    }

    @Test
    void acceptsWhatTheClientKnows() {
        TemplateRules.Verdict verdict = TemplateRules.judge(GOOD);

        assertThat(verdict.problems()).isEmpty();
        assertThat(verdict.notes()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "# only a comment\n", "tunnels: []\n", "tunnels:\ngroups:\n"})
    void acceptsWhatSaysNothing(String yaml) {
        assertThat(problems(yaml)).isEqualTo("[]");
    }

    @Test
    void namesTheLineOfEachProblem() {
        assertThat(problems("""
                        tunnels:
                          - name: web
                            port: 70000
                          - name: web
                            port: 3000
                            type: static
                            dir: /srv
                          - port: 1
                        server_url: evil.example
                        groups:
                          web: [web]
                          none: []
                          some:
                            - web
                            - gone
                        """))
                .contains("line 9: \"server_url\" is not allowed here")
                .contains("line 3: port \"70000\" (expected: a number from 1 to 65535)")
                .contains("line 4: there is a tunnel \"web\" already")
                .contains("line 6: static tunnels are not allowed")
                .contains("line 8: a tunnel needs a name")
                .contains("line 11: group \"web\" has the name of a tunnel")
                .contains("line 12: group \"none\" is empty")
                .contains("line 15: group \"some\" names \"gone\", which is no tunnel");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "basic_auth: user:password",
                "response_tmpl_file: /etc/passwd",
                "dir: /srv",
                "type: static",
                "type: ftp",
                "subdomain: -x",
                "subdomain: [a]",
                "pool_size: 0",
                "pool_size: many",
                "port: 0"
            })
    void refusesWhatBelongsToOneMachineOrCannotWork(String line) {
        String yaml = "tunnels:\n  - name: web\n" + (line.startsWith("port") ? "" : "    port: 3000\n") + "    " + line;

        assertThat(TemplateRules.judge(yaml).problems()).hasSize(1);
        assertThat(TemplateRules.judge(yaml).problems().getFirst().line()).isGreaterThan(2);
    }

    @Test
    void notesWhatTheClientIgnores() {
        TemplateRules.Verdict verdict = TemplateRules.judge("""
                tunnels:
                  - name: web
                    port: 3000
                    prot: 3000
                """);

        assertThat(verdict.isGood()).isTrue();
        assertThat(verdict.notes().toString()).contains("line 4").contains("\"prot\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tunnels: [",
                "- web",
                "just text",
                "tunnels: web",
                "groups: [web]",
                "tunnels: [web]",
                "tunnels:\n\t- name: web",
                "tunnels: []\ntunnels: []",
                "tunnels: !!javax.script.ScriptEngineManager []",
                "tunnels: &a [*a]",
                "groups: {g: &a [{x: *a}]}",
                "a: 1\n---\nb: 2"
            })
    void refusesWhatIsNoTemplateWithoutFalling(String yaml) {
        assertThat(TemplateRules.judge(yaml).problems()).isNotEmpty();
    }

    @Test
    void readsNoMoreThanItsLimits() {
        String laughs = """
                a: &a [x, x, x, x, x, x, x, x, x]
                b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
                c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]
                """;

        assertThat(problems(laughs)).contains("aliases");
        assertThat(problems("tunnels: " + "[".repeat(500))).isNotEqualTo("[]");
        assertThat(problems("# " + "x".repeat(TemplateText.MAX_CHARS))).contains("too long");
    }
}
