package io.portrgateway.tunnel.ssh;

import io.netty.channel.EventLoop;
import io.portrgateway.tunnel.config.PublicUrls;
import io.portrgateway.tunnel.metrics.SshMetrics;
import io.portrgateway.tunnel.metrics.SshMetrics.Limit;
import io.portrgateway.tunnel.registry.Binding;
import io.portrgateway.tunnel.registry.ExchangeLine;
import io.portrgateway.tunnel.registry.HttpBinding;
import io.portrgateway.tunnel.registry.TcpBinding;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What is said to the person at the client. Tunnels and problems are kept until there is a terminal, because a client
 * asks for its forwards before it opens one; requests are not. Both are bounded and lossy. Confined to the session's
 * event loop; {@link #report} is for any thread.
 */
final class ClientNotices {

    private static final int MAX_KEPT = 64;

    /** Request lines on their way to the loop; more are dropped and counted. */
    private static final int MAX_REPORTS = 256;

    private final EventLoop loop;
    private final PublicUrls urls;
    private final SshMetrics metrics;
    private final Deque<ConsoleText.Line> kept = new ArrayDeque<>();
    private final AtomicInteger reportCount = new AtomicInteger();

    private volatile @Nullable ClientConsole console;

    ClientNotices(EventLoop loop, PublicUrls urls, SshMetrics metrics) {
        this.loop = loop;
        this.urls = urls;
        this.metrics = metrics;
    }

    /** How a binding is called in a line. */
    static String label(Binding binding) {
        return switch (binding) {
            case HttpBinding http -> http.hostname().label();
            case TcpBinding tcp -> "port " + tcp.port();
        };
    }

    void tunnelUp(Binding binding) {
        String url = switch (binding) {
            case HttpBinding http -> urls.http(http.hostname().label());
            case TcpBinding tcp -> urls.tcp(tcp.port());
        };
        say(new ConsoleText.Live(url));
    }

    void problem(String sentence) {
        say(new ConsoleText.Problem(sentence));
    }

    /** Whether there is a terminal. Any thread. */
    boolean hasAudience() {
        return console != null;
    }

    /** One finished exchange. Free where there is no terminal. */
    void report(ExchangeLine line) {
        if (console == null) {
            return;
        }
        if (reportCount.incrementAndGet() > MAX_REPORTS) {
            reportCount.decrementAndGet();
            metrics.refused(Limit.CONSOLE_LINES);
            return;
        }
        loop.execute(() -> {
            reportCount.decrementAndGet();
            ClientConsole shown = console;
            if (shown != null) {
                shown.print(new ConsoleText.Request(line));
            }
        });
    }

    /** A terminal is there: it shows what was kept. */
    void attach(ClientConsole shown) {
        console = shown;
        kept.forEach(shown::print);
        kept.clear();
    }

    void detach() {
        console = null;
    }

    private void say(ConsoleText.Line line) {
        ClientConsole shown = console;
        if (shown != null) {
            shown.print(line);
            return;
        }
        if (kept.size() == MAX_KEPT) {
            kept.remove();
        }
        kept.add(line);
    }
}
