package io.portrgateway.admin.webhook;

import io.portrgateway.admin.audit.AuditTrail;
import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.exchange.HeaderField;
import io.portrgateway.admin.exchange.StoredBody;
import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.settings.WebhookSettings;
import io.portrgateway.admin.team.Actor;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Checks and makes the signatures of webhooks with the secrets that members store for their tunnels. Thread-safe. */
@Service
public class Webhooks {

    static final int MAX_NAME_CHARS = 60;
    static final int MAX_SECRET_CHARS = 500;

    private static final Pattern SUBDOMAIN = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    private final SecretRows rows;
    private final AuditTrail audit;
    private final WebhookSettings settings;

    Webhooks(SecretRows rows, AuditTrail audit, AdminSettings settings) {
        this.rows = rows;
        this.audit = audit;
        this.settings = settings.webhooks();
    }

    /**
     * What is to be said of the signature of an exchange that its reader may see; nothing when it is no webhook of a provider
     * that we know. Uses the secrets of whose tunnel it is.
     *
     * @param body the request's, as {@code Exchanges} has it; {@link StoredBody#none} when nothing was kept
     */
    public Optional<Verdict> check(Exchange exchange, StoredBody body) {
        Delivery delivery = new Delivery(
                exchange.url(), exchange.requestHeaders(), body.content(), !body.truncated(), exchange.startedAt());
        return Schemes.of(delivery)
                .map(scheme -> Check.of(
                        scheme,
                        delivery,
                        rows.keys(exchange.membershipId(), exchange.subdomain(), scheme.provider()),
                        settings.tolerance()));
    }

    /** Whose webhook these headers are; nothing when it is nobody's that we know. */
    public Optional<Provider> provider(List<HeaderField> headers) {
        return Schemes.of(new Delivery("", headers, new byte[0], true, Instant.EPOCH))
                .map(Scheme::provider);
    }

    /**
     * As whom the member can sign this request again: whose webhook it is, when they store a secret of that provider for the
     * tunnel of this name. Only with their own: a signature is as good as the secret for whoever gets it.
     */
    public Optional<Provider> signer(Member by, String subdomain, List<HeaderField> headers) {
        return provider(headers)
                .filter(provider ->
                        !rows.keys(by.membershipId(), subdomain, provider).isEmpty());
    }

    /**
     * The headers with a new signature of this time, made with the newest secret that the member stores for the tunnel of this
     * name; nothing where {@link #signer} has none. The other headers stay as and where they are.
     *
     * @param url that the provider would call; only Twilio signs it
     */
    public Optional<List<HeaderField>> resign(
            Member by, String subdomain, String url, List<HeaderField> headers, byte[] body, Instant now) {
        Delivery delivery = new Delivery(url, headers, body, true, now);
        return Schemes.of(delivery)
                .flatMap(scheme -> rows.keys(by.membershipId(), subdomain, scheme.provider()).stream()
                        .findFirst()
                        .filter(key -> scheme.problem(key.secret()).isEmpty())
                        .map(key -> replaced(headers, scheme.sign(delivery, key.secret(), now))));
    }

    /** With these fields in the places of those of the same names; new ones at the end. */
    static List<HeaderField> replaced(List<HeaderField> headers, List<HeaderField> fresh) {
        List<HeaderField> result = new ArrayList<>();
        List<HeaderField> left = new ArrayList<>(fresh);
        for (HeaderField field : headers) {
            Optional<HeaderField> other =
                    fresh.stream().filter(one -> one.isNamed(field.name())).findFirst();
            if (other.isEmpty()) {
                result.add(field);
            } else if (left.remove(other.get())) {
                // the name as it was written there
                result.add(new HeaderField(field.name(), other.get().value()));
            }
        }
        result.addAll(left);
        return List.copyOf(result);
    }

    /** The member's own secrets, without what they are. */
    List<SecretRows.Row> of(Member member) {
        return rows.of(member);
    }

    /** Stores a secret; the newest of a tunnel and provider is the one that is signed with. */
    @Transactional
    public Outcome<SecretRows.Row> add(
            Member by, String subdomain, String provider, String name, String secret, String address) {
        String tunnel = subdomain.strip().toLowerCase(Locale.ROOT);
        Optional<Provider> known = Provider.of(provider);
        Optional<Refusal> wrong = wrong(tunnel, known, name, secret);
        if (wrong.isPresent()) {
            return Outcome.refused(wrong.get());
        }
        int count = rows.lockCount(by);
        if (count >= settings.secretsPerMember()) {
            return Outcome.refused(Refusal.conflict(
                    "secret",
                    "You store " + count + " secrets, as many as you may (PORTR_WEBHOOK_SECRETS). Remove one first."));
        }
        SecretRows.Row row = rows.insert(by, tunnel, known.orElseThrow(), name.strip(), secret.strip());
        record(by, "webhook_secret.added", row, address);
        return Outcome.done(row);
    }

    private static Optional<Refusal> wrong(String tunnel, Optional<Provider> provider, String name, String secret) {
        if (!SUBDOMAIN.matcher(tunnel).matches()) {
            return Optional.of(Refusal.invalid(
                    "subdomain", "The name of a tunnel has letters a-z, digits and hyphens, such as my-app."));
        }
        if (provider.isEmpty()) {
            return Optional.of(Refusal.invalid("provider", "Choose a provider of the list."));
        }
        if (name.strip().length() > MAX_NAME_CHARS || name.chars().anyMatch(Character::isISOControl)) {
            return Optional.of(Refusal.invalid("name", "A name has at most " + MAX_NAME_CHARS + " characters."));
        }
        if (secret.isBlank() || secret.length() > MAX_SECRET_CHARS) {
            return Optional.of(Refusal.invalid(
                    "secret",
                    "Paste the secret, at most " + MAX_SECRET_CHARS + " characters. "
                            + provider.get().hint()));
        }
        return Schemes.of(provider.get()).problem(secret.strip()).map(problem -> Refusal.invalid("secret", problem));
    }

    /** Removes the member's own secret. */
    @Transactional
    public boolean remove(Member by, long id, String address) {
        Optional<SecretRows.Row> removed = rows.delete(by, id);
        removed.ifPresent(row -> record(by, "webhook_secret.removed", row, address));
        return removed.isPresent();
    }

    private void record(Member by, String action, SecretRows.Row row, String address) {
        audit.record(Actor.of(by, address)
                .event(action)
                .in(by.teamId())
                .on(row.subdomain())
                .with("provider", row.provider().title())
                .with("name", row.name().isEmpty() ? null : row.name()));
    }
}
