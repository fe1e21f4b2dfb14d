package io.portrgateway.admin.team;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.secret.SecretCipher;
import io.portrgateway.admin.secret.Tokens;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Teams and who belongs to them, with the secret keys by which clients are known. Thread-safe. */
@Service
public class Teams {

    /** What encrypted secret keys are bound to; never change it, or no stored key can be read. */
    private static final String KEY_PURPOSE = "membership.secret_key";

    private static final String KEY_PREFIX = "portr_";
    private static final int KEY_BYTES = 21;
    private static final byte[] NO_HASH = new byte[32];

    private final TeamRepository teams;
    private final MembershipRepository memberships;
    private final SecretCipher cipher;
    private final JdbcClient database;

    Teams(TeamRepository teams, MembershipRepository memberships, SecretCipher cipher, JdbcClient database) {
        this.teams = teams;
        this.memberships = memberships;
        this.cipher = cipher;
        this.database = database;
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

    /** The slugs of the user's teams. */
    @Transactional(readOnly = true)
    public Set<String> slugsOf(long userId) {
        return memberships.membersOfUser(userId).stream().map(Member::teamSlug).collect(Collectors.toUnmodifiableSet());
    }

    /** The user as a member of the team; nothing when they do not belong to it or there is no such team. */
    @Transactional(readOnly = true)
    public Optional<Member> member(long userId, String teamSlug) {
        return memberships.memberInTeam(userId, teamSlug);
    }

    /** Since when the membership is there. */
    @Transactional(readOnly = true)
    public Optional<Instant> memberSince(long membershipId) {
        return memberships.findById(membershipId).map(Membership::createdAt);
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

    /** The team with this slug. */
    @Transactional(readOnly = true)
    public Optional<TeamName> bySlug(String slug) {
        return teams.findBySlug(slug).map(Team::teamName);
    }

    @Transactional
    TeamName addTeam(String name, String slug) {
        if (!TeamSlugs.isUsable(slug)) {
            throw new IllegalArgumentException(
                    "team slug: " + slug + " (expected: letters a-z, digits, hyphens; no reserved word)");
        }
        return teams.saveAndFlush(new Team(name, slug)).teamName();
    }

    /** The membership with this id, if it is of this team. */
    @Transactional(readOnly = true)
    public Optional<Member> byId(long membershipId, long teamId) {
        return memberships.member(membershipId).filter(member -> member.teamId() == teamId);
    }

    /**
     * Keeps everybody else from changing who belongs to the team until the caller's transaction ends, so that what is
     * decided from a count of its admins still holds when it is written. What only refers to the team goes on.
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void lock(long teamId) {
        database.sql("select id from team where id = :id for no key update")
                .param("id", teamId)
                .query(Long.class)
                .optional();
    }

    /** A new membership with a key of its own; nothing when the user already belongs to the team. */
    @Transactional
    public Optional<NewMember> addMember(TeamName team, Account account, Role role) {
        String key = newKey();
        return database.sql("""
                        insert into membership (user_id, team_id, role, secret_key_hash, secret_key_encrypted)
                        values (:user, :team, :role, :hash, :encrypted)
                        on conflict on constraint membership_team_user_unique do nothing
                        returning id, created_at
                        """)
                .param("user", account.id())
                .param("team", team.id())
                .param("role", role.text())
                .param("hash", Tokens.sha256(key))
                .param("encrypted", encrypt(key))
                .query((row, number) -> new NewMember(
                        row.getLong(1), row.getObject(2, OffsetDateTime.class).toInstant()))
                .optional();
    }

    String newKey() {
        return KEY_PREFIX + Tokens.randomHex(KEY_BYTES);
    }

    /** The stored form of a secret key, beside its hash. */
    public byte[] encrypt(String key) {
        return cipher.encrypt(KEY_PURPOSE, key);
    }

    private Optional<String> decrypt(Membership membership) {
        return cipher.decrypt(KEY_PURPOSE, membership.secretKeyEncrypted());
    }
}
