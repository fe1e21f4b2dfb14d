package io.portrgateway.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** The service behind the tunnel for small requests: nginx with one worker and a tiny answer. */
final class Nginx implements AutoCloseable {

    private final Process process;
    private final int port;

    Nginx(Path folder) throws IOException, InterruptedException {
        port = Tools.freePort();
        Path root = Files.createDirectories(folder.resolve("nginx"));
        Path config = root.resolve("nginx.conf");
        Files.writeString(config, """
                daemon off; worker_processes 1; pid %1$s/pid; error_log %1$s/error.log;
                events { worker_connections 4096; }
                http {
                  access_log off; keepalive_requests 100000000; keepalive_timeout 600s;
                  client_body_temp_path %1$s/b; proxy_temp_path %1$s/p; fastcgi_temp_path %1$s/f;
                  uwsgi_temp_path %1$s/u; scgi_temp_path %1$s/s;
                  server { listen 127.0.0.1:%2$d backlog=4096; location / { return 200 "hello from nginx\\n"; } }
                }
                """.formatted(root, port));
        process = new ProcessBuilder(Tools.require("nginx"), "-p", root.toString(), "-c", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(root.resolve("out.log").toFile())
                .start();
        Tools.awaitListening(port, Duration.ofSeconds(10));
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        Tools.end(process);
    }
}
