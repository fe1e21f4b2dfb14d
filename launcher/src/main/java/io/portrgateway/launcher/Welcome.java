package io.portrgateway.launcher;

/** What a user reads when the gateway is up: where it is, and two ways to open a tunnel. Stateless. */
final class Welcome {

    private Welcome() {}

    static String text(GatewaySettings settings, Bootstrap bootstrap) {
        return """

            Portr Gateway is up.

              Dashboard   %s
              Sign in     %s
                          (works once, as %s; every start prints a new one)

              A tunnel with the portr client:

                portr auth set --token %s --remote %s
                portr http 3000 --subdomain myapp

              or with ssh alone (the password is the token above):

                ssh -p %d -R myapp:80:localhost:3000 %s@%s

              Your service on port 3000 is then at  http://myapp.%s

              Data and logs are in %s; health and metrics at
              http://127.0.0.1:%d/readyz and /metrics.  Ctrl-C stops everything.
            """.formatted(
                        bootstrap.dashboardUrl(),
                        bootstrap.signInUrl(),
                        bootstrap.email(),
                        bootstrap.secretKey(),
                        settings.serverUrl(),
                        settings.ports().ssh(),
                        bootstrap.teamSlug(),
                        settings.domain(),
                        settings.tunnelHost(),
                        settings.data(),
                        settings.ports().ops());
    }
}
