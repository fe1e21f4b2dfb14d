package io.portrgateway.admin.web;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.portrgateway.admin.secret.Tokens;
import io.portrgateway.admin.settings.AdminSettings;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import org.springframework.stereotype.Component;

/**
 * Limits by client address, by secret key and by account on what could be used to guess or to flood. Each replica counts
 * for itself. Bounded: the least used counters are forgotten beyond {@value #MAX_COUNTERS}. Thread-safe.
 */
@Component
public final class RateLimits {

    private static final int MAX_COUNTERS = 100_000;
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration FAILURE_PERIOD = Duration.ofMinutes(15);

    private final ClientAddresses addresses;
    private final Limit perAddress;
    private final Limit perKey;
    private final Limit signIns;
    private final Limit shared;
    private final Limit failures;
    private final Limit replays;

    RateLimits(AdminSettings settings, ClientAddresses addresses, MeterRegistry meters) {
        this.addresses = addresses;
        this.perAddress = new Limit("api_address", settings.limits().perAddressPerMinute(), MINUTE, meters);
        this.perKey = new Limit("api_key", settings.limits().perKeyPerMinute(), MINUTE, meters);
        this.signIns = new Limit("sign_in_address", settings.limits().signInsPerAddressPerMinute(), MINUTE, meters);
        this.shared = new Limit("share_address", settings.limits().sharesPerAddressPerMinute(), MINUTE, meters);
        this.failures = new Limit("sign_in_account", settings.signIn().failuresPerAccount(), FAILURE_PERIOD, meters);
        this.replays = new Limit("replay_member", settings.replays().perMemberPerMinute(), MINUTE, meters);
    }

    /** Counts an API call of this address; {@link TooManyRequests} when there were too many. */
    public void countApiCall(HttpServletRequest request) {
        perAddress.count(addresses.of(request));
    }

    /** Counts an API call with this secret key, known or not. */
    public void countKey(String secretKey) {
        perKey.count(HexFormat.of().formatHex(Tokens.sha256(secretKey)));
    }

    /** Counts a look at something shared by a link; a present answer is the time to wait. */
    public Optional<Duration> countShared(HttpServletRequest request) {
        return shared.tryCount(addresses.of(request));
    }

    /** Counts a sign-in attempt; a present answer is the time to wait. */
    public Optional<Duration> countSignIn(HttpServletRequest request) {
        return signIns.tryCount(addresses.of(request));
    }

    /** Counts a try of this account's password, as if it failed; a present answer is the time to wait. */
    public Optional<Duration> countFailure(String account) {
        return failures.tryCount(account);
    }

    /** Takes the count of a try back that did not fail. */
    public void forgiveFailure(String account) {
        failures.giveBack(account);
    }

    /** Counts requests that this member sends again; a present answer is the time to wait, and none of them is counted. */
    public Optional<Duration> countReplays(long membershipId, int count) {
        return replays.tryCount(Long.toString(membershipId), count);
    }

    private static final class Limit {

        private final int perPeriod;
        private final Counter refused;
        private final LoadingCache<String, Bucket> buckets;

        Limit(String name, int perPeriod, Duration period, MeterRegistry meters) {
            this.perPeriod = perPeriod;
            this.refused = Counter.builder("portr.admin.rate.limited")
                    .description("Requests answered 429")
                    .tag("limit", name)
                    .register(meters);
            this.buckets = Caffeine.newBuilder()
                    .maximumSize(MAX_COUNTERS)
                    .expireAfterAccess(period.multipliedBy(2))
                    .build(key -> bucket(perPeriod, period));
        }

        void count(String key) {
            tryCount(key).ifPresent(wait -> {
                throw new TooManyRequests(wait);
            });
        }

        Optional<Duration> tryCount(String key) {
            return tryCount(key, 1);
        }

        /** More than ever fit are as many as fit: the limit slows down and forbids nothing. */
        Optional<Duration> tryCount(String key, int count) {
            if (perPeriod == 0) {
                return Optional.empty();
            }
            ConsumptionProbe probe = buckets.get(key).tryConsumeAndReturnRemaining(Math.min(count, perPeriod));
            if (probe.isConsumed()) {
                return Optional.empty();
            }
            refused.increment();
            return Optional.of(Duration.ofNanos(probe.getNanosToWaitForRefill()));
        }

        void giveBack(String key) {
            if (perPeriod > 0) {
                buckets.get(key).addTokens(1);
            }
        }

        private static Bucket bucket(int perPeriod, Duration period) {
            return Bucket.builder()
                    .addLimit(limit -> limit.capacity(perPeriod).refillGreedy(perPeriod, period))
                    .build();
        }
    }
}
