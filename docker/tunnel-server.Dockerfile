# tunnel-server: SSH, HTTP and TCP. See README.md. No instruction needs a shell, so the base image need not have one.
ARG BASE_IMAGE=docker.io/library/eclipse-temurin:25.0.3_9-jre-noble
FROM ${BASE_IMAGE}

ARG BASE_IMAGE
ARG VERSION=0.1.0-SNAPSHOT
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Portr Gateway tunnel-server" \
      org.opencontainers.image.description="SSH, HTTP and TCP side of Portr Gateway, a self-hosted tunnel server" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${BASE_IMAGE}"

# The libraries change less often than the server, so they are a layer of their own.
COPY tunnel-server/target/lib /app/lib
COPY tunnel-server/target/tunnel-server-${VERSION}.jar /app/tunnel-server.jar
COPY tunnel-server/target/sbom.cdx.json /app/sbom.cdx.json

# Classes are loaded and linked once, here, and not at every start. Made by the JVM that will use it.
RUN ["java", "-XX:+UseG1GC", "-XX:AOTCacheOutput=/app/tunnel-server.aot", "-jar", "/app/tunnel-server.jar", "--warm-up"]

USER 65532:65532
# 2222: SSH; 8001: HTTP; 8443: HTTPS, with a certificate. TCP tunnels have ports of their own (PORTR_TCP_PORT_RANGE).
# The private port for health and metrics, 8090, is on loopback unless a setting opens it.
EXPOSE 2222 8001 8443
HEALTHCHECK --interval=15s --timeout=10s --start-period=60s --retries=3 \
    CMD ["java", "-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", "/app/tunnel-server.jar", "--health"]
ENTRYPOINT ["java", "-Xlog:aot*=off", "-XX:AOTCache=/app/tunnel-server.aot", "-jar", "/app/tunnel-server.jar"]
