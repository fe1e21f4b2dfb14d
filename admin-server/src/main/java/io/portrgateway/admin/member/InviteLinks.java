package io.portrgateway.admin.member;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.account.Accounts;
import io.portrgateway.admin.audit.AuditTrail;
import io.portrgateway.admin.secret.Tokens;
import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.team.Actor;
import io.portrgateway.admin.team.OpenInvitations;
import io.portrgateway.admin.team.Role;
import io.portrgateway.admin.team.TeamName;
import io.portrgateway.admin.team.Teams;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.DataClassRowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * One-time links by which people without an account join a team, since no mail is sent: the inviter hands the link over.
 * Stored hashed, expiring, good for one use, revocable. Holding the link is the proof of being invited, as the password that
 * the original generates is. Thread-safe.
 */
@Service
class InviteLinks implements OpenInvitations {

    static final String PATH = "/account/join";

    static final Refusal NO_LONGER_GOOD = Refusal.notFound(
            "This invitation has been used, was revoked or has expired. Ask whoever sent it for a new link.");

    /** What is good: not used, revoked or expired, and made by somebody who may still invite to this. */
    private static final String OFFERS = """
            select i.id, i.team_id, t.name as team_name, t.slug as team_slug, i.email, i.role, i.superuser,
                   u.email as invited_by
            from team_invitation i
            join team t on t.id = i.team_id
            join app_user u on u.id = i.invited_by
            where i.accepted_at is null and i.revoked_at is null and i.expires_at > now()
              and (u.is_superuser or not i.superuser)
              and (u.is_superuser or exists (
                  select from membership m where m.team_id = i.team_id and m.user_id = u.id and m.role = 'admin'))
            """;

    private static final int TOKEN_BYTES = 32;
    private static final int MAX_OPEN_PER_TEAM = 500;

    private final JdbcClient database;
    private final Accounts accounts;
    private final Teams teams;
    private final AuditTrail audit;
    private final AdminSettings settings;

    InviteLinks(JdbcClient database, Accounts accounts, Teams teams, AuditTrail audit, AdminSettings settings) {
        this.database = database;
        this.accounts = accounts;
        this.teams = teams;
        this.audit = audit;
        this.settings = settings;
    }

    /** A link just made; its text is never shown again. */
    record Link(String url, String email, OffsetDateTime expiresAt) {

        /** Hides the link. */
        @Override
        public String toString() {
            return "Link[" + email + "]";
        }
    }

    /** A link that was not used yet, as the team's admins see it. */
    record Pending(
            long id,
            String email,
            String role,
            boolean superuser,
            String invitedBy,
            OffsetDateTime createdAt,
            OffsetDateTime expiresAt,
            boolean expired) {}

    /** What a good link says to whoever opens it. */
    record Offer(
            long id,
            long teamId,
            String teamName,
            String teamSlug,
            String email,
            String role,
            boolean superuser,
            String invitedBy) {

        TeamName team() {
            return new TeamName(teamId, teamName, teamSlug);
        }
    }

    /** Makes a link; an earlier one for the same person and team is good no more. */
    @Transactional
    public Outcome<Link> make(Invitations.Invitation invitation) {
        teams.lock(invitation.team().id());
        long open = database.sql("""
                        select count(*) from team_invitation
                        where team_id = :team and accepted_at is null and revoked_at is null and email <> :email
                        """)
                .param("team", invitation.team().id())
                .param("email", invitation.email())
                .query(Long.class)
                .single();
        if (open >= MAX_OPEN_PER_TEAM) {
            return Outcome.refused(Refusal.conflict(
                    "email", "There are " + open + " open invitations already. Revoke some that nobody uses."));
        }
        settle(invitation.team().id(), invitation.email());
        String token = Tokens.randomHex(TOKEN_BYTES);
        OffsetDateTime expiresAt = insert(invitation, token);
        audit.record(Actor.of(invitation.by(), invitation.address())
                .event("invitation.made")
                .in(invitation.team().id())
                .on(invitation.email())
                .with("role", invitation.role().text())
                .with("superuser", invitation.superuser() ? "yes" : null));
        String url = settings.publicAddresses().server() + PATH + "?token=" + token;
        return Outcome.done(new Link(url, invitation.email(), expiresAt));
    }

    private OffsetDateTime insert(Invitations.Invitation invitation, String token) {
        return database.sql("""
                        insert into team_invitation (token_hash, team_id, email, role, superuser, invited_by, expires_at)
                        values (:hash, :team, :email, :role, :superuser, :by, now() + make_interval(secs => :seconds))
                        returning expires_at
                        """)
                .param("hash", Tokens.sha256(token))
                .param("team", invitation.team().id())
                .param("email", invitation.email())
                .param("role", invitation.role().text())
                .param("superuser", invitation.superuser())
                .param("by", invitation.by().userId())
                .param("seconds", (double) settings.invitationLifetime().toSeconds())
                .query(OffsetDateTime.class)
                .single();
    }

    /** The team's links that were neither used nor revoked, newest first; expired ones too, so that they can be renewed. */
    @Transactional(readOnly = true)
    public List<Pending> pending(long teamId) {
        return database.sql("""
                        select i.id, i.email, i.role, i.superuser, u.email as invited_by, i.created_at, i.expires_at,
                               i.expires_at <= now() as expired
                        from team_invitation i join app_user u on u.id = i.invited_by
                        where i.team_id = :team and i.accepted_at is null and i.revoked_at is null
                        order by i.created_at desc, i.id desc
                        """)
                .param("team", teamId)
                .query(new DataClassRowMapper<Pending>(Pending.class))
                .list();
    }

    /** Ends what is open for somebody who has just been added in another way. */
    @Transactional
    public void settle(long teamId, String email) {
        database.sql("""
                        update team_invitation set revoked_at = now()
                        where team_id = :team and email = :email and accepted_at is null and revoked_at is null
                        """).param("team", teamId).param("email", email).update();
    }

    /** Ends an open link of the team; false when there is none with this id. */
    @Transactional
    public boolean revoke(Actor by, long teamId, long id) {
        Optional<String> email = database.sql("""
                        update team_invitation set revoked_at = now()
                        where id = :id and team_id = :team and accepted_at is null and revoked_at is null
                        returning email
                        """)
                .param("id", id)
                .param("team", teamId)
                .query(String.class)
                .optional();
        email.ifPresent(
                gone -> audit.record(by.event("invitation.revoked").in(teamId).on(gone)));
        return email.isPresent();
    }

    /**
     * What the link offers; nothing when it is unknown, used, revoked or expired, or when the inviter may no longer invite: a
     * right that was taken away is not passed on by links made before.
     */
    @Transactional(readOnly = true)
    public Optional<Offer> offer(String token) {
        return database.sql(OFFERS + " and i.token_hash = :hash")
                .param("hash", Tokens.sha256(token))
                .query(Offer.class)
                .optional();
    }

    @Override
    @Transactional(readOnly = true)
    public boolean isInvited(String email) {
        return !offersFor(email).isEmpty();
    }

    /** Who proved another way that the address is theirs needs no link. */
    @Override
    @Transactional
    public void redeem(Account account, String address) {
        offersFor(account.email()).stream()
                .filter(offer -> isFirstUse(offer.id()))
                .forEach(offer -> join(offer, account, address));
    }

    private List<Offer> offersFor(String email) {
        return database.sql(OFFERS + " and i.email = :email order by i.id")
                .param("email", email)
                .query(new DataClassRowMapper<Offer>(Offer.class))
                .list();
    }

    /** Whether the invited person has an account by now, which is not the link's to give away. */
    @Transactional(readOnly = true)
    public boolean hasAccount(Offer offer) {
        return accounts.byEmail(offer.email()).isPresent();
    }

    /** Uses the link up for somebody new, who gets an account with this password. */
    @Transactional
    public Outcome<Account> acceptAsNew(String token, Optional<String> password, String address) {
        Optional<Offer> offer = useUp(token);
        if (offer.isEmpty()) {
            return Outcome.refused(NO_LONGER_GOOD);
        }
        Account account = accounts.add(offer.get().email(), password);
        return Outcome.done(join(offer.get(), account, address));
    }

    /** Uses the link up for somebody who is signed in; only for the person it was made for. */
    @Transactional
    public Outcome<Account> acceptAs(Account account, String token, String address) {
        Optional<Offer> offer = offer(token).filter(found -> found.email().equals(account.email()));
        if (offer.isEmpty() || useUp(token).isEmpty()) {
            return Outcome.refused(NO_LONGER_GOOD);
        }
        return Outcome.done(join(offer.get(), account, address));
    }

    private Optional<Offer> useUp(String token) {
        return offer(token).filter(offer -> isFirstUse(offer.id()));
    }

    /** Of two who press the button at once, one gets the row. */
    private boolean isFirstUse(long id) {
        return database.sql("""
                        update team_invitation set accepted_at = now()
                        where id = :id and accepted_at is null and revoked_at is null and expires_at > now()
                        """).param("id", id).update() == 1;
    }

    private Account join(Offer offer, Account account, String address) {
        Role role = Role.parse(offer.role()).orElse(Role.MEMBER);
        teams.addMember(offer.team(), account, role);
        if (offer.superuser()) {
            accounts.makeSuperuser(account.id());
        }
        audit.record(AuditTrail.Event.of("invitation.accepted")
                .by(account.id(), account.email())
                .in(offer.teamId())
                .on(account.email())
                .with("role", role.text())
                .with("superuser", offer.superuser() ? "yes" : null)
                .with("invited_by", offer.invitedBy())
                .from(address));
        return new Account(
                account.id(),
                account.email(),
                account.firstName(),
                account.lastName(),
                account.superuser() || offer.superuser());
    }
}
