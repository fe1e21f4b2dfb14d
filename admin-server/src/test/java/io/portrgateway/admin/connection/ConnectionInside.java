package io.portrgateway.admin.connection;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What tests outside of this package reach in for. */
public final class ConnectionInside {

    private ConnectionInside() {}

    /** Runs the retention once and answers how many rows it removed. */
    public static int removePast(ApplicationContext context) {
        return context.getBean(ConnectionRetention.class).removeOld();
    }

    /** How the database finds the page that the parameters of an address ask for. */
    public static String explain(ApplicationContext context, JdbcClient database, long teamId, String query) {
        Map<String, String> parameters = Arrays.stream(query.split("&"))
                .filter(pair -> pair.contains("="))
                .collect(Collectors.toMap(
                        pair -> pair.substring(0, pair.indexOf('=')), pair -> pair.substring(pair.indexOf('=') + 1)));
        ConnectionSearch.Statement statement =
                context.getBean(ConnectionSearch.class).page(teamId, ConnectionFilter.of(parameters), 51);
        return String.join(
                "\n",
                database.sql("explain " + statement.sql())
                        .params(statement.parameters())
                        .query(String.class)
                        .list());
    }
}
