package io.portrgateway.admin.imports;

import io.portrgateway.admin.audit.AuditTrail;
import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.settings.StartProblem;
import io.portrgateway.admin.team.Teams;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.stereotype.Service;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Brings a database of Portr 1.0.18 over, in one transaction: all of it that fits, or nothing. A dry run does the same and
 * rolls back. What is here already is never changed, so a second run adds only what is missing.
 *
 * <p>Memory: rows are streamed; what is kept is the old and the new id of every user, team and membership, and at most
 * 10,000 remarks.
 */
@Service
public final class Imports {

    private final JdbcClient database;
    private final JdbcTransactionManager transactions;
    private final Teams teams;
    private final AuditTrail audit;
    private final AdminSettings settings;

    Imports(JdbcClient database, DataSource dataSource, Teams teams, AuditTrail audit, AdminSettings settings) {
        this.database = database;
        // Only SQL happens in here, so that the persistence context need not take part; and it knows savepoints.
        this.transactions = new JdbcTransactionManager(dataSource);
        this.teams = teams;
        this.audit = audit;
        this.settings = settings;
    }

    /**
     * What to bring over. Immutable.
     *
     * @param history how many closed connections, newest first; tunnels that are open are always brought over, as closed
     *     ones, so that their clients can come back under the same id
     * @param teamSlugs new slugs for teams whose old one cannot be used here
     */
    public record Request(Origin origin, boolean dryRun, int history, Map<String, String> teamSlugs) {
        public Request {
            teamSlugs = Map.copyOf(teamSlugs);
        }
    }

    /** Does it; {@link StartProblem} when it cannot be done at all. */
    public ImportReport run(Request request) {
        if (!teams.canReadKeys()) {
            throw new StartProblem("PORTR_ADMIN_ENCRYPTION_KEY: not the key that this database's secrets were encrypted"
                    + " with (expected: the earlier key, or new,earlier while replacing it)");
        }
        try (PortrDatabase source = PortrDatabase.open(request.origin())) {
            ImportReport report = new TransactionTemplate(transactions)
                    .execute(transaction -> bringOver(source, request, transaction));
            if (report == null) {
                throw new IllegalStateException("the transaction gave no report");
            }
            return report;
        } catch (DataAccessException failure) {
            throw new StartProblem("nothing was imported: the database of the gateway failed: "
                    + String.valueOf(failure.getMostSpecificCause().getMessage())
                            .lines()
                            .findFirst()
                            .orElse("unknown reason"));
        }
    }

    private ImportReport bringOver(PortrDatabase source, Request request, TransactionStatus transaction) {
        // one import at a time
        database.sql("select pg_advisory_xact_lock(hashtext('portr_import'))")
                .query()
                .listOfRows();
        Ledger ledger = new Ledger();
        ImportContext context =
                new ImportContext(source, database, ledger, new RowGuard(transactions, ledger), new NewIds());
        new UserImport(context).run();
        new TeamImport(context, request.teamSlugs()).run();
        new MembershipImport(context, teams::encrypt).run();
        new ReservationImport(context, settings.reservedSubdomainLimit()).run();
        new SignUpImport(context).run();
        new ConnectionImport(context, request.history()).run();
        ImportReport report = ledger.report(request.origin().place(), request.dryRun());
        long imported = report.total().imported();
        if (imported > 0) {
            audit.record(AuditTrail.Event.of("portr_database.imported")
                    .on(request.origin().place())
                    .with("rows", Long.toString(imported))
                    .with("conflicts", Long.toString(report.total().conflicts()))
                    .with("skipped", Long.toString(report.total().skipped())));
        }
        if (request.dryRun()) {
            transaction.setRollbackOnly();
        }
        return report;
    }
}
