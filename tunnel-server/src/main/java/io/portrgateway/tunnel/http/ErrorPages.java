package io.portrgateway.tunnel.http;

import io.portrgateway.tunnel.config.HttpConfig;
import io.portrgateway.tunnel.registry.Hostname;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The gateway's own pages: self-contained, light and dark, every inserted text escaped. Immutable.
 */
final class ErrorPages {

    /** Nothing may be loaded and nothing may run; only the page's own style applies. */
    static final String CONTENT_SECURITY_POLICY =
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final int RELOAD_SECONDS = 3;

    private static final String STYLE = """
            :root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1b1f27;--soft:#5b6472;--line:#e3e6eb;--accent:#4f46e5;--code:#f1f2f6}
            @media(prefers-color-scheme:dark){:root{--bg:#0f1218;--card:#171b23;--ink:#e8eaf0;--soft:#98a1b2;--line:#272d39;--accent:#8b8cff;--code:#10141b}}
            *{box-sizing:border-box}
            body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px;background:radial-gradient(60rem 40rem at 50% -10%,color-mix(in srgb,var(--accent) 12%,transparent),transparent),var(--bg);color:var(--ink);font:16px/1.6 ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
            main{width:100%;max-width:36rem;background:var(--card);border:1px solid var(--line);border-radius:18px;padding:36px;box-shadow:0 1px 2px rgb(0 0 0/.05),0 16px 40px rgb(0 0 0/.07)}
            .status{display:inline-block;padding:2px 12px;border-radius:999px;font-size:13px;font-weight:600;letter-spacing:.04em;color:var(--accent);background:color-mix(in srgb,var(--accent) 12%,transparent)}
            h1{margin:14px 0 6px;font-size:25px;line-height:1.25;letter-spacing:-.01em}
            p{margin:0 0 14px;color:var(--soft)}
            .host{font-weight:600;color:var(--ink);overflow-wrap:anywhere}
            pre{margin:0 0 10px;padding:12px 16px;overflow-x:auto;border:1px solid var(--line);border-radius:10px;background:var(--code);color:var(--ink);font:13.5px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
            footer{margin-top:22px;padding-top:14px;border-top:1px solid var(--line);font-size:13px;color:var(--soft)}
            a{color:var(--accent)}
            """;

    private final HttpConfig.Routing routing;
    private final HostRouter router;

    ErrorPages(HttpConfig.Routing routing, HostRouter router) {
        this.routing = routing;
        this.router = router;
    }

    /** The page for a failure; {@code host} is whatever the visitor sent. */
    String page(Failure failure, EdgeResponses.Look look, @Nullable String host) {
        StringBuilder html = new StringBuilder(4096);
        html.append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">")
                .append("<meta name=\"robots\" content=\"noindex\">");
        if (failure == Failure.CONNECTION_LOST) {
            html.append("<meta http-equiv=\"refresh\" content=\"")
                    .append(RELOAD_SECONDS)
                    .append("\">");
        }
        html.append("<title>")
                .append(escape(look.title()))
                .append("</title><style>")
                .append(STYLE)
                .append("</style></head><body><main><span class=\"status\">")
                .append(look.status())
                .append("</span><h1>")
                .append(escape(look.title()))
                .append("</h1>");
        if (host != null) {
            html.append("<p class=\"host\">").append(escape(host)).append("</p>");
        }
        html.append("<p>").append(escape(look.text())).append("</p>");
        if (failure == Failure.NO_TUNNEL) {
            appendCommands(html, host);
        }
        if (failure == Failure.UPSTREAM_REFUSED || failure == Failure.UPSTREAM_LIMIT) {
            html.append("<p><a href=\"\">Reload</a></p>");
        }
        return html.append("<footer>Portr Gateway &middot; ")
                .append(escape(look.reason()))
                .append("</footer></main></body></html>\n")
                .toString();
    }

    private void appendCommands(StringBuilder html, @Nullable String host) {
        Optional<Hostname> known = host == null ? Optional.empty() : router.hostname(host);
        String name = known.map(Hostname::label).orElse("my-app");
        html.append("<pre>portr http 3000 --subdomain ")
                .append(escape(name))
                .append("</pre><pre>ssh -p ")
                .append(routing.sshPort())
                .append(" -R ")
                .append(escape(name))
                .append(":80:localhost:3000 ")
                .append(escape("<team>@" + routing.sshHost()))
                .append("</pre>");
    }

    /** Escapes a text for element content and for quoted attribute values. */
    static String escape(String text) {
        StringBuilder safe = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> safe.append(c);
            }
        }
        return safe.toString();
    }
}
