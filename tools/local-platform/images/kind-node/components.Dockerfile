# All components of the cluster that name the program which they start: one image under many names.
ARG BASE
FROM ${BASE}
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
      ca-certificates conntrack ipset iproute2 iptables kmod procps \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/* /usr/share/doc/* /usr/share/man/*
COPY bin /usr/local/bin
# Contour's manifest names this path.
RUN ln -s /usr/local/bin/contour /bin/contour
