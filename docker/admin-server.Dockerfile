# admin-server: dashboard and API. See README.md. No instruction needs a shell, so the base image need not have one.
ARG BASE_IMAGE=docker.io/library/eclipse-temurin:25.0.3_9-jre-noble
FROM ${BASE_IMAGE}

ARG BASE_IMAGE
ARG VERSION=0.1.0-SNAPSHOT
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Portr Gateway admin-server" \
      org.opencontainers.image.description="Dashboard and API of Portr Gateway, a self-hosted tunnel server" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${BASE_IMAGE}"

# The libraries change less often than the server, so they are a layer of their own.
COPY admin-server/target/lib /app/lib
COPY admin-server/target/admin-server-${VERSION}.jar /app/admin-server.jar
COPY admin-server/target/sbom.cdx.json /app/sbom.cdx.json

# Classes are loaded and linked once, here, and not at every start. Made by the JVM that will use it.
RUN ["java", "-XX:+UseG1GC", "-XX:AOTCacheOutput=/app/admin-server.aot", "-jar", "/app/admin-server.jar", "warm-up"]

USER 65532:65532
# 8000: dashboard and API. The private port for health and metrics, 8091, is on loopback unless a setting opens it.
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=10s --start-period=60s --retries=3 \
    CMD ["java", "-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", "/app/admin-server.jar", "health"]
ENTRYPOINT ["java", "-Xlog:aot*=off", "-XX:AOTCache=/app/admin-server.aot", "-jar", "/app/admin-server.jar"]
