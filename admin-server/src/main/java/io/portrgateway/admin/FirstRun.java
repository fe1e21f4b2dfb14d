package io.portrgateway.admin;

import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.settings.StartProblem;
import io.portrgateway.admin.team.FirstAdministrator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Runs before the server says it is ready: the first administrator, and the file by which a launcher finds the way in. */
@Component
@ConditionalOnBooleanProperty(name = FirstRun.PROPERTY, matchIfMissing = true)
final class FirstRun implements ApplicationRunner {

    /** False for a command that must not make anybody. */
    static final String PROPERTY = "portr.first-run";

    private final FirstAdministrator administrator;
    private final AdminSettings settings;
    private final JsonMapper json;

    FirstRun(FirstAdministrator administrator, AdminSettings settings, JsonMapper json) {
        this.administrator = administrator;
        this.settings = settings;
        this.json = json;
    }

    @Override
    public void run(ApplicationArguments arguments) {
        administrator.bootstrap();
        settings.bootstrap().output().ifPresent(this::write);
    }

    private void write(Path file) {
        administrator.entry(Optional.empty()).ifPresent(entry -> write(file, entry));
    }

    private void write(Path file, FirstAdministrator.Entry entry) {
        Map<String, String> content = new LinkedHashMap<>();
        content.put("dashboard_url", entry.dashboardUrl());
        content.put("sign_in_url", entry.signInUrl());
        content.put("secret_key", entry.secretKey());
        content.put("team_slug", entry.teamSlug());
        content.put("email", entry.email());
        try {
            Path folder = file.toAbsolutePath().getParent();
            // owner-only from its first moment, and never half written
            Path fresh = Files.createTempFile(
                    folder,
                    ".bootstrap",
                    ".json",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(fresh, json.writeValueAsBytes(content));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failure) {
            throw new StartProblem("PORTR_ADMIN_BOOTSTRAP_OUTPUT: cannot write " + file
                    + " (expected: a file in a writable directory)");
        }
    }
}
