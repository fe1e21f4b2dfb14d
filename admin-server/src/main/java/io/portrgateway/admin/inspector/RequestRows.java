package io.portrgateway.admin.inspector;

import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.exchange.Exchanges;
import io.portrgateway.admin.search.ExchangeQuery;
import io.portrgateway.admin.search.ExchangeSearch;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.Format;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.thymeleaf.ITemplateEngine;
import org.thymeleaf.context.Context;

/** Rows of the list as the page and its stream show them, and what the page says beside them. Thread-safe. */
@Component
class RequestRows {

    /** Among so many of the newest are the names that the search proposes. */
    private static final int PROPOSED_FROM = 500;

    private final JdbcClient database;
    private final ExchangeSearch search;
    private final ITemplateEngine templates;
    private final Format format;

    RequestRows(JdbcClient database, ExchangeSearch search, ITemplateEngine templates, Format format) {
        this.database = database;
        this.search = search;
        this.templates = templates;
        this.format = format;
    }

    /** In the same order. */
    List<RequestRow> of(Member reader, ExchangeQuery query, List<Exchange> exchanges) {
        Set<String> truncated = new HashSet<>(search.truncated(exchanges));
        return exchanges.stream()
                .map(exchange -> RequestRow.of(
                        exchange, reader.teamSlug(), query.text(), truncated.contains(exchange.id()), format))
                .toList();
    }

    /** As HTML, by the template of the page. */
    String html(Member reader, ExchangeQuery query, List<Exchange> exchanges) {
        return templates.process(
                "inspector/rows", Set.of("rows"), new Context(null, Map.of("rows", of(reader, query, exchanges))));
    }

    /** How the team's requests are recorded: full, metadata or off; the empty text when it follows the instance. */
    String mode(Member reader) {
        return database.sql("select coalesce(mode, '') from team_capture where team_id = ?")
                .param(reader.teamId())
                .query(String.class)
                .optional()
                .orElse("");
    }

    /** What the search box proposes. */
    List<String> proposals(Member reader) {
        List<String> proposals = new ArrayList<>(List.of(
                "method:GET",
                "method:POST",
                "method:PUT",
                "method:PATCH",
                "method:DELETE",
                "status:2xx",
                "status:3xx",
                "status:4xx",
                "status:5xx",
                "status:404",
                "path:/",
                "is:failed",
                "is:open",
                "is:replay",
                "is:websocket",
                "since:15m",
                "since:1h",
                "since:24h",
                "before:1h",
                "duration:>500ms",
                "duration:>2s",
                "size:>1MiB",
                "member:me",
                "from:",
                "header:content-type=json",
                "outcome:",
                "id:"));
        database.sql("select distinct split_part(r.hostname, '.', 1) from (select e.hostname from exchange e where "
                        + Exchanges.VISIBLE + " order by e.seq desc limit :limit) r order by 1")
                .param("team", reader.teamId())
                .param("me", reader.membershipId())
                .param("limit", PROPOSED_FROM)
                .query(String.class)
                .list()
                .forEach(name -> proposals.add("tunnel:" + name));
        return proposals;
    }
}
