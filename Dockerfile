# The server in a container: built with the toolchain's image, run on Debian 12 without it.
#   docker build -t entrepot .
#   docker run --rm -p 127.0.0.1:7400:7400 -p 127.0.0.1:7480:7480 -v entrepot:/data entrepot
# How to log in, and how to add TLS: docs/deploying.md.

FROM swift:6.3-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libargon2-dev libcurl4-openssl-dev liblua5.4-dev librocksdb-dev libssl-dev libwslay-dev \
        pkg-config zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN swift build -c release --product entrepot --static-swift-stdlib \
    && install -D .build/release/entrepot /out/entrepot

FROM debian:bookworm-slim
# ca-certificates is for webhooks and mail, curl for the health check.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        ca-certificates curl libargon2-1 libcurl4 liblua5.4-0 librocksdb7.8 libssl3 libstdc++6 \
        libwslay1 zlib1g \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 7400 --user-group --no-create-home --home-dir /data entrepot \
    && install -d -o entrepot -g entrepot -m 700 /data
COPY --from=build /out/entrepot /usr/local/bin/entrepot
COPY LICENSE /usr/share/doc/entrepot/LICENSE
COPY plugins /usr/share/doc/entrepot/plugins

USER entrepot
WORKDIR /data
ENV ENTREPOT_DATA=/data \
    ENTREPOT_TCP=0.0.0.0:7400 \
    ENTREPOT_HTTP=0.0.0.0:7480 \
    ENTREPOT_PLUGINS=/plugins \
    READY_URL=http://127.0.0.1:7480/readyz
VOLUME /data
EXPOSE 7400 7480
STOPSIGNAL SIGTERM
# A start proves the store first, which takes a while for a large one.
HEALTHCHECK --interval=5s --timeout=3s --start-period=5m --retries=3 \
    CMD ["/bin/sh", "-c", "exec curl -fsS --max-time 2 -o /dev/null \"$READY_URL\""]
ENTRYPOINT ["/usr/local/bin/entrepot"]
CMD ["serve"]
