package io.portrgateway.admin.team;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.secret.SecretCipher;
import io.portrgateway.admin.secret.Tokens;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Teams and who belongs to them, with the secret keys by which clients are known. Thread-safe. */
@Service
public class Teams {

    /** What encrypted secret keys are bound to; never change it, or no stored key can be read. */
    private static final String KEY_PURPOSE = "membership.secret_key";

    private static final int KEY_BYTES = 21;
    private static final byte[] NO_HASH = new byte[32];

    private final TeamRepository teams;
    private final MembershipRepository memberships;
    private final SecretCipher cipher;
    private final InstantSource clock;

    Teams(TeamRepository teams, MembershipRepository memberships, SecretCipher cipher, InstantSource clock) {
        this.teams = teams;
        this.memberships = memberships;
        this.cipher = cipher;
        this.clock = clock;
    }

    /**
     * The member with this secret key. Unknown and known keys cost the same work up to the answer: one hash, one look-up by
     * it, one comparison in constant time.
     */
    @Transactional(readOnly = true)
    public Optional<Member> bySecretKey(String key) {
        byte[] hash = Tokens.sha256(key);
        Optional<Membership> found = memberships.findByKeyHash(hash);
        boolean same = Tokens.isEqual(hash, found.map(Membership::secretKeyHash).orElse(NO_HASH));
        return same ? found.flatMap(membership -> memberships.member(membership.id())) : Optional.empty();
    }

    /** The user's memberships, oldest first. */
    @Transactional(readOnly = true)
    public List<Member> ofUser(long userId) {
        return memberships.membersOfUser(userId);
    }

    /** The user as a member of the team; nothing when they do not belong to it or there is no such team. */
    @Transactional(readOnly = true)
    public Optional<Member> member(long userId, String teamSlug) {
        return memberships.memberInTeam(userId, teamSlug);
    }

    /** The member's secret key in plain; nothing when it cannot be decrypted with the configured key. */
    @Transactional(readOnly = true)
    public Optional<String> secretKey(long membershipId) {
        return memberships.findById(membershipId).flatMap(this::decrypt);
    }

    /** Whether the newest stored key can be decrypted, which says whether this is the right encryption key. */
    @Transactional(readOnly = true)
    public boolean canReadKeys() {
        return memberships
                .findFirstByOrderByIdDesc()
                .map(membership -> decrypt(membership).isPresent())
                .orElse(true);
    }

    /** The team's template for client configurations; empty when it has none. */
    @Transactional(readOnly = true)
    public String clientTemplate(long teamId) {
        return teams.findById(teamId).map(Team::clientTemplate).orElse("");
    }

    @Transactional(readOnly = true)
    Optional<TeamName> bySlug(String slug) {
        return teams.findBySlug(slug).map(Team::teamName);
    }

    @Transactional
    TeamName addTeam(String name, String slug) {
        return teams.saveAndFlush(new Team(name, slug)).teamName();
    }

    /** Nothing when the user already belongs to the team. */
    @Transactional
    Optional<NewMember> addMember(TeamName teamName, Account account, Role role) {
        Team team = teams.findById(teamName.id()).orElseThrow();
        if (memberships.existsByUserIdAndTeam(account.id(), team)) {
            return Optional.empty();
        }
        String key = "portr_" + Tokens.randomHex(KEY_BYTES);
        Membership membership = memberships.saveAndFlush(new Membership(
                account.id(),
                team,
                role,
                Tokens.sha256(key),
                cipher.encrypt(KEY_PURPOSE, key),
                clock.instant().truncatedTo(ChronoUnit.MICROS)));
        return Optional.of(new NewMember(membership.id(), membership.createdAt()));
    }

    private Optional<String> decrypt(Membership membership) {
        return cipher.decrypt(KEY_PURPOSE, membership.secretKeyEncrypted());
    }
}
