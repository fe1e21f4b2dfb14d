package io.portrgateway.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/**
 * A tiny shell process that ends the children if the launcher dies without ending them (kill -9, out of memory). It
 * waits on a pipe from the launcher: the operating system closes that pipe however the launcher ends. Thread-safe.
 *
 * <p>This keeps the servers free of any knowledge of being children.
 */
final class Guard implements AutoCloseable {

    // Servers first and together, the database when they are gone. A zombie nobody reaps counts as alive: hence the
    // bound on each wait.
    private static final String SCRIPT = """
            trap '' INT TERM HUP
            servers= database=
            while read -r kind pid; do
              case $kind in
                server) servers="$servers $pid" ;;
                database) database=$pid ;;
                done) exit 0 ;;
              esac
            done
            alive() {
              for pid in "$@"; do kill -0 "$pid" 2>/dev/null && return 0; done
              return 1
            }
            gone() {
              turn=0
              while alive "$@"; do
                turn=$((turn + 1))
                [ $turn -le 75 ] || return 1
                sleep 0.2
              done
            }
            if [ -n "$servers" ]; then
              kill -TERM $servers 2>/dev/null
              gone $servers || kill -KILL $servers 2>/dev/null
            fi
            if [ -n "$database" ]; then
              kill -INT $database 2>/dev/null
              gone $database || kill -QUIT $database 2>/dev/null
            fi
            """;

    private final Process process;
    private final Writer pipe;

    private Guard(Process process) {
        this.process = process;
        this.pipe = process.outputWriter(StandardCharsets.US_ASCII);
    }

    static Guard start() throws StartException {
        try {
            return new Guard(new ProcessBuilder(Detached.command("sh", "-c", SCRIPT))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start());
        } catch (IOException failed) {
            throw new StartException("cannot start sh: " + failed.getMessage(), failed);
        }
    }

    void watchServer(long pid) {
        tell("server " + pid);
    }

    void watchDatabase(long pid) {
        tell("database " + pid);
    }

    /** Ends the guard: everything it watched is gone. */
    @Override
    public void close() {
        try (pipe) {
            pipe.write("done\n");
        } catch (IOException alreadyGone) {
            // Somebody ended it: then it watches nothing any more, which is what is wanted.
        }
    }

    /** Does what the operating system does when the launcher is killed: closes the pipe without a word. */
    void vanish() throws IOException {
        pipe.close();
    }

    CompletableFuture<Process> onExit() {
        return process.onExit();
    }

    private synchronized void tell(String line) {
        try {
            pipe.write(line + "\n");
            pipe.flush();
        } catch (IOException guardIsGone) {
            throw new UncheckedIOException("the guard process is gone", guardIsGone);
        }
    }
}
