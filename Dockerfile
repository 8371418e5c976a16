# The server's image: the program, the libraries that it names, certificates of authorities, nothing else. No shell, no root.
#
# Bases come by ARG, so that any registry, mirror or locally made Debian will do (scripts/image.sh makes one):
#   docker build --target runtime .                  builds the program inside; BUILD_BASE is a Debian 12 with Swift 6.3
#   docker build --target runtime-from-context DIR   takes DIR/martlet, built outside; what scripts/image.sh does
# The stages stand in this order because builders without BuildKit run every stage above the target.
ARG RUNTIME_BASE=debian:bookworm-slim
ARG BUILD_BASE=swift:6.3-bookworm
# What the program needs of Debian; scripts/image.sh makes its base of the same list.
ARG LIBRARIES="libnghttp2-14 libprotobuf-c1 libyaml-0-2 libturbojpeg0 libwebp7 libopenjp2-7 libstdc++6 zlib1g ca-certificates"

FROM ${RUNTIME_BASE} AS base
ARG LIBRARIES
# In one step, and skipped where the base has them: a base made for this needs no network.
RUN dpkg-query -W $LIBRARIES >/dev/null 2>&1 \
    || (apt-get update -qq && apt-get install -y -qq --no-install-recommends $LIBRARIES && rm -rf /var/lib/apt/lists/*)

# How the image is called, checked and stopped, however its contents came about.
FROM scratch AS settings
ARG VERSION=0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Martlet" \
      org.opencontainers.image.description="Inference gateway: trained models from a directory, over gRPC and REST, on CPUs" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
USER 65532:65532
EXPOSE 8000 8001 8002
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 CMD ["/usr/local/bin/martlet", "status", "--probe"]
ENTRYPOINT ["/usr/local/bin/martlet"]
CMD ["serve", "--listen", "0.0.0.0", "--model-repository", "/models"]

FROM base AS rootfs-from-context
ARG SOURCE_DATE_EPOCH=0
ARG VERSION=0
COPY martlet Package.resolved deploy/image/rootfs.sh /in/
RUN sh /in/rootfs.sh /in/martlet /in/Package.resolved /rootfs "$VERSION"

FROM settings AS runtime-from-context
COPY --from=rootfs-from-context /rootfs /

FROM ${BUILD_BASE} AS build
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends \
    libnghttp2-dev libprotobuf-c-dev libyaml-dev libturbojpeg0-dev libwebp-dev libopenjp2-7-dev zlib1g-dev pkg-config binutils-gold ca-certificates git
WORKDIR /src
COPY . .
# One place and one link for builds inside and outside: paths end up in the program.
RUN scripts/build.sh --product martlet && scripts/static-link.sh /out/martlet

FROM base AS rootfs
ARG SOURCE_DATE_EPOCH=0
ARG VERSION=0
COPY --from=build /out/martlet /src/Package.resolved /src/deploy/image/rootfs.sh /in/
RUN sh /in/rootfs.sh /in/martlet /in/Package.resolved /rootfs "$VERSION"

FROM settings AS runtime
COPY --from=rootfs /rootfs /
