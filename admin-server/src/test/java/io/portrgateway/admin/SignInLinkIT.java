package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.Gateway.Answer;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command that gets an operator in: a process of its own, small enough to run beside the server in its container. */
@Timeout(120)
class SignInLinkIT {

    /** What the chart's notes tell to run. */
    private static final List<String> SMALL =
            List.of("-Xmx32m", "-Xss512k", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    @TempDir
    private Path folder;

    private static Gateway gateway;

    @BeforeAll
    static void start() {
        gateway = Gateway.start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private record Run(int exitCode, String out, String err) {}

    private Run run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(SMALL);
        command.add("-Xlog:class+load:file=" + folder.resolve("classes"));
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(AdminServer.class.getName());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile());
        builder.environment().clear();
        // the role of the server, without the owner's
        builder.environment().putAll(Gateway.environment(gateway.database));
        builder.environment().remove("PORTR_DB_MIGRATION_URL");
        Process process = builder.start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Run(process.exitValue(), text("out"), text("err"));
    }

    private String text(String file) throws IOException {
        return Files.readString(folder.resolve(file), StandardCharsets.UTF_8);
    }

    @Test
    void printsALinkThatSignsTheFirstSuperuserIn() throws IOException, InterruptedException {
        Run run = run("sign-in-link");

        assertThat(run.exitCode()).as(run.err()).isZero();
        URI link = URI.create(run.out().strip());
        assertThat(link.toString()).startsWith("http://localhost:8000/sign-in?token=");
        try (Browser browser = new Browser(gateway)) {
            assertThat(browser.signIn(link.toString()).body()).contains("admin@localhost");
            Answer again = browser.submit(
                    browser.open("/account"),
                    "/sign-in",
                    "token",
                    link.getQuery().substring("token=".length()));
            assertThat(again.body()).contains("has been used");
        }
        assertThat(gateway.sql()
                        .sql(
                                "select subject from audit_event where action = 'sign_in_link.made' order by id desc limit 1")
                        .query(String.class)
                        .single())
                .isEqualTo("admin@localhost");
    }

    @Test
    void loadsNoApplication() throws IOException, InterruptedException {
        assertThat(run("sign-in-link", "--email", "Admin@localhost").exitCode()).isZero();

        assertThat(text("classes").lines())
                .as("classes of an application context, an object mapper, a web server")
                .filteredOn(line -> line.matches(".* org\\.(springframework|hibernate|apache|thymeleaf)\\..*"))
                .hasSizeLessThan(10);
    }

    @Test
    void saysThatThereIsNoSuchUser() throws IOException, InterruptedException {
        Run run = run("sign-in-link", "--email", "nobody@example.com");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("admin-server: there is no such user");
    }
}
