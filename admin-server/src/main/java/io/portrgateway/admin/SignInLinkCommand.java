package io.portrgateway.admin;

import io.portrgateway.admin.secret.Tokens;
import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.settings.StartProblem;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;

/**
 * Makes a one-time sign-in link, as {@code account.SignInLinks} does inside the server. Plain JDBC and no application
 * context: it is run in the container of a running server, whose memory limit it has to share (71 MiB at its
 * peak, with the options of the chart's notes). Stateless.
 */
final class SignInLinkCommand {

    private static final int TOKEN_BYTES = 32;
    private static final String FLAG = "--email";

    private SignInLinkCommand() {}

    /** A user who may get a link. */
    private record Person(long id, String email) {}

    /** The link for the user named in the arguments, or for the first superuser. */
    static String run(List<String> arguments, AdminSettings settings) {
        int flag = arguments.indexOf(FLAG);
        String email = flag > 0 && flag + 1 < arguments.size()
                ? arguments.get(flag + 1).strip().toLowerCase(Locale.ROOT)
                : "";
        String token = Tokens.randomHex(TOKEN_BYTES);
        try (Connection connection = new Database(settings.database()).connect()) {
            connection.setAutoCommit(false);
            store(connection, person(connection, email), token);
            connection.commit();
        } catch (SQLException failure) {
            throw new StartProblem("the link cannot be stored: " + Database.firstLine(failure.getMessage())
                    + " (has the server been started once, or migrate been run?)");
        }
        return settings.publicAddresses().server() + "/sign-in?token=" + token;
    }

    private static Person person(Connection connection, String email) throws SQLException {
        String query = email.isEmpty()
                ? "select id, email from app_user where is_superuser order by id limit 1"
                : "select id, email from app_user where email = ?";
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            if (!email.isEmpty()) {
                statement.setString(1, email);
            }
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw new StartProblem(
                            email.isEmpty()
                                    ? "there is no superuser yet: start the server with PORTR_ADMIN_BOOTSTRAP_EMAIL first"
                                    : "there is no such user");
                }
                return new Person(row.getLong("id"), row.getString("email"));
            }
        }
    }

    private static void store(Connection connection, Person person, String token) throws SQLException {
        try (PreparedStatement link = connection.prepareStatement("""
                        insert into sign_in_link (token_hash, user_id, expires_at)
                        values (?, ?, now() + interval '24 hours')
                        """);
                PreparedStatement event = connection.prepareStatement("""
                        insert into audit_event (actor_label, action, subject, detail)
                        values ('system', 'sign_in_link.made', ?, '{}')
                        """)) {
            link.setBytes(1, Tokens.sha256(token));
            link.setLong(2, person.id());
            link.executeUpdate();
            event.setString(1, person.email());
            event.executeUpdate();
        }
    }
}
