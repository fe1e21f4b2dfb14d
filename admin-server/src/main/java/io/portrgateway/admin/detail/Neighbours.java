package io.portrgateway.admin.detail;

import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.search.ExchangeQuery;
import io.portrgateway.admin.search.ExchangeSearch;
import io.portrgateway.admin.search.QueryProblem;
import io.portrgateway.admin.search.SearchTooSlow;
import io.portrgateway.admin.team.Member;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/** Who stands before and after an exchange in the list, and who its people are. Thread-safe. */
@Service
class Neighbours {

    private final ExchangeSearch search;
    private final JdbcClient database;

    Neighbours(ExchangeSearch search, JdbcClient database) {
        this.search = search;
        this.database = database;
    }

    /** The next newer one that the reader may see and that the list's query asks for. */
    Optional<String> newer(Member reader, Exchange exchange, String query) {
        return search.after(reader, parsed(query), exchange.seq(), 1).stream()
                .map(Exchange::id)
                .findFirst();
    }

    /** The next older one that the reader may see and that the list's query asks for. */
    Optional<String> older(Member reader, Exchange exchange, String query) {
        try {
            return search.page(reader, parsed(query), exchange.seq(), 1).exchanges().stream()
                    .map(Exchange::id)
                    .findFirst();
        } catch (SearchTooSlow rare) {
            // the page is worth more than its neighbour
            return Optional.empty();
        }
    }

    /** What makes no sense asks for all. */
    private static ExchangeQuery parsed(String query) {
        try {
            return query.length() > ExchangeQuery.MAX_CHARS ? ExchangeQuery.ALL : ExchangeQuery.parse(query);
        } catch (QueryProblem wrong) {
            return ExchangeQuery.ALL;
        }
    }

    /** The address of the member whose tunnel it is. */
    Optional<String> owner(Exchange exchange) {
        return database.sql("""
                        select u.email from membership m join app_user u on u.id = m.user_id
                        where m.id = :membership and m.team_id = :team
                        """)
                .param("membership", exchange.membershipId())
                .param("team", exchange.teamId())
                .query(String.class)
                .optional();
    }
}
