package io.portrgateway.admin.audit;

import java.util.Map;

/** Actions in words. What is not in the list reads well enough as it is: {@code member.added} is "Member added". */
public final class AuditWords {

    private static final Map<String, String> WORDS = Map.ofEntries(
            Map.entry("api_token.made", "Made an API token"),
            Map.entry("api_token.revoked", "Revoked an API token"),
            Map.entry("audit.exported", "Exported the audit log"),
            Map.entry("client_template.removed", "Removed the client template"),
            Map.entry("client_template.saved", "Saved the client template"),
            Map.entry("collection.deleted", "Deleted the collection"),
            Map.entry("collection.exported", "Exported the collection"),
            Map.entry("collection.imported", "Imported the collection"),
            Map.entry("collection.saved", "Saved requests as the collection"),
            Map.entry("collection.viewed", "Looked at a request of the collection"),
            Map.entry("connection.disconnected", "Disconnected a tunnel"),
            Map.entry("github.linked", "Linked a GitHub account"),
            Map.entry("github.login_changed", "Has a new GitHub login"),
            Map.entry("github.unlinked", "Unlinked a GitHub account"),
            Map.entry("invitation.accepted", "Accepted an invitation"),
            Map.entry("invitation.made", "Invited"),
            Map.entry("invitation.revoked", "Revoked the invitation of"),
            Map.entry("member.added", "Added a member"),
            Map.entry("member.disconnected", "Disconnected all tunnels of"),
            Map.entry("member.removed", "Removed a member"),
            Map.entry("member.role_changed", "Changed the role of"),
            Map.entry("password.reset", "Reset the password of"),
            Map.entry("portr_database.imported", "Imported a Portr database"),
            Map.entry("recording.changed", "Changed what is recorded"),
            Map.entry("recording.name_changed", "Changed the recording of"),
            Map.entry("replay.cancelled", "Cancelled a replay of"),
            Map.entry("request.replayed", "Sent again the request"),
            Map.entry("request.body_opened", "Opened a body of the request"),
            Map.entry("requests.exported", "Exported requests"),
            Map.entry("request.body_viewed", "Looked at the bodies of the request"),
            Map.entry("secret_key.revealed", "Looked at the secret key of"),
            Map.entry("secret_key.rotated", "Replaced the secret key of"),
            Map.entry("session.ended", "Ended a session"),
            Map.entry("share_link.made", "Made a link to the request"),
            Map.entry("share_link.revoked", "Revoked a link to the request"),
            Map.entry("sign_in_link.made", "Made a sign-in link for"),
            Map.entry("sign_up.changed", "Changed who may sign up"),
            Map.entry("ssh_key.added", "Added an SSH key"),
            Map.entry("ssh_key.removed", "Removed an SSH key"),
            Map.entry("subdomain.released", "Released the subdomain"),
            Map.entry("subdomain.reserved", "Reserved the subdomain"),
            Map.entry("superuser.granted", "Made a superuser of"),
            Map.entry("superuser.revoked", "Took the superuser right from"),
            Map.entry("team.created", "Created the team"),
            Map.entry("team.deleted", "Deleted the team"),
            Map.entry("team.renamed", "Renamed the team"),
            Map.entry("user.bootstrapped", "Made the first administrator"),
            Map.entry("user.password_changed", "Changed their password"),
            Map.entry("user.renamed", "Changed their name"),
            Map.entry("user.sign_in_failed", "Was refused at sign-in"),
            Map.entry("user.signed_in", "Signed in"),
            Map.entry("user.signed_out", "Signed out"),
            Map.entry("user.signed_up", "Signed up"),
            Map.entry("webhook_secret.added", "Stored a webhook secret for"),
            Map.entry("webhook_secret.removed", "Removed a webhook secret of"));

    /** What reads wrong when somebody did it to themselves; elsewhere the object is just left out. */
    private static final Map<String, String> ONESELF = Map.of(
            "member.disconnected", "Disconnected all their tunnels",
            "member.removed", "Left the team",
            "member.role_changed", "Changed their own role",
            "password.reset", "Reset their own password",
            "secret_key.revealed", "Looked at their own secret key",
            "secret_key.rotated", "Replaced their own secret key",
            "sign_in_link.made", "Made a sign-in link for themselves",
            "superuser.revoked", "Gave up the superuser right");

    private AuditWords() {}

    /** The action as the beginning of a sentence whose subject is who did it. */
    public static String of(String action) {
        String known = WORDS.get(action);
        return known == null ? plain(action) : known;
    }

    /** The action of somebody on themselves, as a whole sentence without its subject. */
    public static String onOneself(String action) {
        String known = ONESELF.get(action);
        return known == null ? of(action) : known;
    }

    private static String plain(String action) {
        String words = action.replace('.', ' ')
                .replace('_', ' ')
                .replace("ssh ", "SSH ")
                .replace("api ", "API ")
                .replace("github ", "GitHub ");
        return words.isEmpty() ? words : Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }
}
