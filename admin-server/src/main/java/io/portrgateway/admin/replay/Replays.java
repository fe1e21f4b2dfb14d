package io.portrgateway.admin.replay;

import io.portrgateway.admin.audit.AuditTrail;
import io.portrgateway.admin.exchange.Direction;
import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.exchange.Exchanges;
import io.portrgateway.admin.exchange.HeaderField;
import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.settings.PublicAddresses;
import io.portrgateway.admin.settings.ReplaySettings;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.Format;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.RateLimits;
import io.portrgateway.admin.web.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Sends recorded requests again: judges them, finds the tunnel, and leaves them for the node that serves it. Always into a
 * tunnel of the asking member's team by its connection, never to an address that somebody typed. Thread-safe.
 */
@Service
public class Replays {

    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?");

    private final Exchanges exchanges;
    private final Targets targets;
    private final ReplayRows rows;
    private final Batches batches;
    private final RateLimits limits;
    private final AuditTrail audit;
    private final Format format;
    private final ReplaySettings settings;
    private final PublicAddresses addresses;

    Replays(
            Exchanges exchanges,
            Targets targets,
            ReplayRows rows,
            Batches batches,
            RateLimits limits,
            AuditTrail audit,
            Format format,
            AdminSettings settings) {
        this.exchanges = exchanges;
        this.targets = targets;
        this.rows = rows;
        this.batches = batches;
        this.limits = limits;
        this.audit = audit;
        this.format = format;
        this.settings = settings.replays();
        this.addresses = settings.publicAddresses();
    }

    /**
     * What was begun.
     *
     * @param id of the batch
     * @param leftOut names of header fields that are not sent, because their values were redacted when they were recorded
     */
    public record Started(String id, int count, List<String> leftOut) {

        public Started {
            leftOut = List.copyOf(leftOut);
        }
    }

    /** A live tunnel that a member may send requests into. Immutable. */
    public record Tunnel(String connectionId, String subdomain, boolean own, String owner) {}

    /** The tunnels that the member may send requests into, by name. */
    public List<Tunnel> tunnels(Member member) {
        return targets.of(member).stream()
                .map(target -> new Tunnel(
                        target.connectionId(),
                        target.subdomain(),
                        target.membershipId() == member.membershipId(),
                        target.owner()))
                .toList();
    }

    /** Most requests that may be sent at once. */
    public int perBatch() {
        return settings.perBatch();
    }

    /** Sends these requests; all of them, or none and why. */
    @Transactional
    public Outcome<Started> start(Member by, List<ReplayRequest> requests, ReplayWish wish, String address) {
        return begin(by, requests, wish, address).map(id -> new Started(id, requests.size() * wish.times(), List.of()));
    }

    /** Sends recorded requests as they were; all of them, or none and why. */
    @Transactional
    public Outcome<Started> exactly(Member by, List<String> ids, ReplayWish wish, String address) {
        if (ids.isEmpty() || ids.size() > settings.perBatch()) {
            return refused(Refusal.invalid(
                    "id",
                    ids.isEmpty()
                            ? "Choose at least one request."
                            : "At most " + settings.perBatch() + " requests at once (PORTR_REPLAY_BATCH); these are "
                                    + ids.size() + "."));
        }
        List<Original> originals = new ArrayList<>();
        for (String id : ids) {
            Optional<Original> found = original(by, id);
            if (found.isEmpty()) {
                return refused(Refusal.notFound("There is no request " + shortened(id) + " in this team."));
            }
            Optional<Refusal> obstacle = found.get().exactObstacle(format);
            if (obstacle.isPresent()) {
                return refused(ids.size() == 1 ? obstacle.get() : naming(found.get(), obstacle.get()));
            }
            originals.add(found.get());
        }
        List<String> leftOut = originals.stream()
                .flatMap(original -> original.redacted().stream())
                .distinct()
                .toList();
        List<ReplayRequest> requests = originals.stream().map(Original::exact).toList();
        return begin(by, requests, wish, address).map(id -> new Started(id, requests.size() * wish.times(), leftOut));
    }

    /** A recorded request that the member may see. */
    Optional<Original> original(Member reader, String id) {
        return exchanges
                .find(reader, id)
                .map(exchange -> Original.of(exchange, exchanges.body(exchange, Direction.TO_UPSTREAM)));
    }

    /** Takes back what has not been sent; how many that were, or nothing when the member sees no such batch. */
    @Transactional
    public Optional<Integer> cancel(Member by, String batchId, String address) {
        return batches.find(by, batchId).map(batch -> {
            int cancelled = rows.cancel(batch.id());
            if (cancelled > 0) {
                audit.record(AuditTrail.Event.of("replay.cancelled")
                        .by(by.userId(), by.email())
                        .in(by.teamId())
                        .on(batch.subject())
                        .with("replay", batch.id())
                        .with("requests", cancelled)
                        .from(address));
            }
            return cancelled;
        });
    }

    private Outcome<String> begin(Member by, List<ReplayRequest> requests, ReplayWish wish, String address) {
        Optional<Refusal> wrong = wish.check(requests.size(), settings.perBatch())
                .or(() -> requests.stream()
                        .flatMap(request -> RequestRules.check(request, settings.bodyBytes()).stream())
                        .findFirst())
                .or(() -> tooMuch(requests, wish));
        if (wrong.isPresent()) {
            return refused(wrong.get());
        }
        List<Targets.Target> live = targets.of(by);
        List<ReplayRows.Dispatch> once = new ArrayList<>();
        for (ReplayRequest request : requests) {
            Optional<Targets.Target> target = wish.tunnel().isEmpty()
                    ? Targets.original(live, request.origin())
                    : Targets.named(live, wish.tunnel());
            if (target.isEmpty()) {
                return refused(offline(request, wish));
            }
            once.add(new ReplayRows.Dispatch(addressed(request, target.get()), target.get()));
        }
        Optional<Duration> wait = limits.countReplays(by.membershipId(), requests.size() * wish.times());
        if (wait.isPresent()) {
            return refused(new Refusal(
                    HttpStatus.TOO_MANY_REQUESTS,
                    "",
                    "You have sent as many requests again as one member may (" + settings.perMemberPerMinute()
                            + " per minute, PORTR_REPLAY_RATE_PER_MEMBER). Try again in "
                            + Math.max(1, wait.get().toSeconds() + 1) + " s."));
        }
        List<ReplayRows.Dispatch> all = Stream.generate(() -> once)
                .limit(wish.times())
                .flatMap(List::stream)
                .toList();
        String id = rows.insert(by, all, wish);
        audit.record(AuditTrail.Event.of("request.replayed")
                .by(by.userId(), by.email())
                .in(by.teamId())
                .on(requests.getFirst().subject())
                .with("replay", id)
                .with("requests", all.size())
                .with("tunnel", once.getFirst().target().subdomain())
                .with("edited", wish.edited() ? "yes" : null)
                .from(address));
        return Outcome.done(id);
    }

    private Optional<Refusal> tooMuch(List<ReplayRequest> requests, ReplayWish wish) {
        long bytes =
                requests.stream().mapToLong(request -> request.body().length).sum() * wish.times();
        return bytes > settings.batchBytes()
                ? Optional.of(Refusal.invalid(
                        "times",
                        "All bodies together have " + format.bytes(bytes) + ", and "
                                + format.bytes(settings.batchBytes())
                                + " is the most at once (PORTR_REPLAY_BATCH_SIZE). Send it less often."))
                : Optional.empty();
    }

    private static Refusal offline(ReplayRequest request, ReplayWish wish) {
        ReplayRequest.Origin origin = request.origin();
        String name = !wish.tunnel().isEmpty() ? shortened(wish.tunnel()) : origin == null ? "" : origin.subdomain();
        return Refusal.conflict(
                "tunnel",
                name.isEmpty()
                        ? "Choose a tunnel that is open now."
                        : "The tunnel " + name + " is not open. Bring it back with `portr http 3000 --subdomain " + name
                                + "` (your service’s port instead of 3000), or choose another one.");
    }

    /** Puts in what the gateway says itself: which name the service is asked for, and how long the body is. */
    private ReplayRequest addressed(ReplayRequest request, Targets.Target target) {
        List<HeaderField> headers = new ArrayList<>();
        boolean named = false;
        boolean framed = false;
        for (HeaderField field : request.headers()) {
            if (field.isNamed("host")) {
                if (!named) {
                    headers.add(new HeaderField(field.name(), host(request, field.value(), target)));
                }
                named = true;
            } else if (RequestRules.isPlaced(field)) {
                if (!framed) {
                    headers.add(new HeaderField(
                            field.name(),
                            field.isNamed("content-length") ? Integer.toString(request.body().length) : "chunked"));
                }
                framed = true;
            } else {
                headers.add(field);
            }
        }
        if (!named) {
            headers.addFirst(new HeaderField("Host", host(request, "", target)));
        }
        return new ReplayRequest(
                request.origin(), request.method(), request.target(), headers, request.trailers(), request.body());
    }

    /** The original's own way of writing it, while the tunnel has the original's name. */
    private String host(ReplayRequest request, String recorded, Targets.Target target) {
        boolean same = request.origin() != null && request.origin().subdomain().equals(target.subdomain());
        return same && HOST.matcher(recorded).matches() ? recorded : target.subdomain() + "." + addresses.tunnelHost();
    }

    private static Refusal naming(Original original, Refusal refusal) {
        Exchange exchange = original.exchange();
        return new Refusal(refusal.status(), refusal.field(), "Request " + exchange.id() + ": " + refusal.message());
    }

    /** What somebody typed, short enough to be said back. */
    private static String shortened(String text) {
        return text.length() > 63 ? text.substring(0, 63) + "…" : text;
    }

    private static <T> Outcome<T> refused(Refusal refusal) {
        return Outcome.refused(refusal);
    }
}
