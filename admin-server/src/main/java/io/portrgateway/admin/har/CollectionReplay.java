package io.portrgateway.admin.har;

import io.portrgateway.admin.exchange.HeaderField;
import io.portrgateway.admin.replay.ReplayRequest;
import io.portrgateway.admin.replay.ReplayWish;
import io.portrgateway.admin.replay.Replays;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.springframework.stereotype.Service;

/** Sends kept requests into a tunnel. Thread-safe. */
@Service
class CollectionReplay {

    /** More would not fit into a batch by any setting; what is chosen beyond that is a mistake. */
    private static final int MAX_CHOSEN = 10_000;

    private final Collections collections;
    private final Replays replays;

    CollectionReplay(Collections collections, Replays replays) {
        this.collections = collections;
        this.replays = replays;
    }

    /** The tunnels that it may go into. */
    List<Replays.Tunnel> tunnels(Member member) {
        return replays.tunnels(member);
    }

    /**
     * Sends the requests at these positions, in the order of the collection: all of them, or none and why.
     *
     * @param positions empty for the whole collection
     * @param tunnel connection id or name
     */
    Outcome<Replays.Started> send(
            Member by, Collection collection, List<Integer> positions, String tunnel, String address) {
        List<Integer> chosen = positions.isEmpty() ? all(collection) : List.copyOf(new TreeSet<>(positions));
        if (tunnel.isBlank()) {
            return Outcome.refused(Refusal.invalid("tunnel", "Choose a tunnel that is open now."));
        }
        if (chosen.size() > Math.min(replays.perBatch(), MAX_CHOSEN)) {
            return Outcome.refused(Refusal.invalid(
                    "position",
                    "At most " + replays.perBatch() + " requests at once (PORTR_REPLAY_BATCH); these are "
                            + chosen.size() + ". Choose some of them."));
        }
        List<ReplayRequest> requests = new ArrayList<>();
        for (int position : chosen) {
            Optional<Entry> entry = collections.entry(collection, position);
            if (entry.isEmpty()) {
                return Outcome.refused(Refusal.notFound("There is no request " + position + " in this collection."));
            }
            Optional<String> obstacle = obstacle(entry.get());
            if (obstacle.isPresent()) {
                return Outcome.refused(
                        Refusal.conflict("position", "Request " + position + " " + obstacle.get() + " Leave it out."));
            }
            requests.add(request(entry.get()));
        }
        return replays.start(by, requests, new ReplayWish(tunnel.strip(), 1, 0, false), address);
    }

    private static List<Integer> all(Collection collection) {
        List<Integer> all = new ArrayList<>();
        for (int position = 1; position <= collection.requestCount(); position++) {
            all.add(position);
        }
        return all;
    }

    private static Optional<String> obstacle(Entry entry) {
        if (entry.url().startsWith("ws")) {
            return Optional.of("opened a WebSocket, which cannot be sent again.");
        }
        if (entry.requestBody().isMissing()) {
            return Optional.of("has a body that is not in the file.");
        }
        return entry.requestBody().truncated()
                ? Optional.of("has a body of which only the beginning was recorded.")
                : Optional.empty();
    }

    private static ReplayRequest request(Entry entry) {
        return ReplayRequest.from(
                entry.method(),
                entry.target(),
                withoutMarks(entry.requestHeaders()),
                withoutMarks(entry.requestTrailers()),
                entry.requestBody().bytes());
    }

    /** A mark in the place of a secret is worth less than nothing to a service. */
    private static List<HeaderField> withoutMarks(List<HeaderField> fields) {
        return fields.stream()
                .filter(field -> !field.value().contains("[redacted]"))
                .toList();
    }
}
