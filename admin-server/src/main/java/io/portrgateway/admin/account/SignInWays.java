package io.portrgateway.admin.account;

import io.portrgateway.admin.settings.AdminSettings;
import org.springframework.stereotype.Service;

/** Which ways of signing in this gateway offers to everybody; a one-time link always works. Thread-safe. */
@Service
public class SignInWays {

    private final PasswordSignIn passwords;
    private final boolean github;

    SignInWays(PasswordSignIn passwords, AdminSettings settings) {
        this.passwords = passwords;
        this.github = settings.github().isPresent();
    }

    /** Whether to show a form for e-mail address and password. */
    public boolean password() {
        return passwords.isOffered();
    }

    /** Whether GitHub is set up. */
    public boolean github() {
        return github;
    }
}
