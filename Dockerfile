# Freshet as one image for every role: docker build -t freshet .
FROM maven:3.9.11-eclipse-temurin-17 AS build
WORKDIR /src
COPY . .
RUN mvn -B -q -Dquick -pl app -am package

FROM eclipse-temurin:17.0.17_10-jre-jammy
RUN groupadd --system --gid 10001 freshet \
 && useradd --system --uid 10001 --gid freshet --home-dir /var/lib/freshet --shell /usr/sbin/nologin freshet \
 && install -d -o freshet -g freshet -m 0750 /var/lib/freshet /etc/freshet
COPY --from=build /src/app/target/freshet /opt/freshet
COPY --chmod=0755 docker/healthcheck /usr/local/bin/healthcheck
USER freshet
WORKDIR /etc/freshet

# Views' state. Everything else may be read-only, but for /tmp: libraries unpack native code there, so
# that it must not be mounted noexec.
VOLUME /var/lib/freshet

# Alive, not ready: starting again helps neither who rebalances nor who waits for Kafka.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 CMD ["healthcheck", "livez"]

# Half of the memory limit is heap; the rest is for RocksDB, network buffers and code.
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=50", "-XX:+ExitOnOutOfMemoryError", "-Xshare:auto", "-jar", "/opt/freshet/freshet.jar"]
CMD ["run"]
