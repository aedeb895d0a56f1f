# The base of a node of kind, by the steps of images/base of kind's own source: its files, with runc, the network plugins
# and all that the node calls from Debian, and containerd and crictl built from source.
ARG BASE
FROM ${BASE}
COPY files /
RUN DEBIAN_FRONTEND=noninteractive clean-install \
      systemd dbus \
      conntrack iptables nftables iproute2 ethtool util-linux mount kmod ipset \
      libseccomp2 pigz runc containernetworking-plugins \
      bash ca-certificates curl jq procps \
 && find /lib/systemd/system/sysinit.target.wants/ -name systemd-tmpfiles-setup.service -delete \
 && rm -f /lib/systemd/system/multi-user.target.wants/* \
      /etc/systemd/system/*.wants/* \
      /lib/systemd/system/local-fs.target.wants/* \
      /lib/systemd/system/sockets.target.wants/*udev* \
      /lib/systemd/system/sockets.target.wants/*initctl* \
      /lib/systemd/system/basic.target.wants/* \
 && echo ReadKMsg=no >> /etc/systemd/journald.conf \
 && ln -sf "$(command -v systemd)" /sbin/init \
 && systemctl enable kubelet.service containerd.service undo-mount-hacks.service \
 && systemctl mask systemd-binfmt.service \
 && mkdir -p /etc/kubernetes/manifests /opt/cni/bin \
 && for plugin in host-local loopback ptp portmap; do ln -s "/usr/lib/cni/$plugin" /opt/cni/bin/; done
COPY bin /usr/local/bin
RUN ctr oci spec \
    | jq '.hooks.createContainer[.hooks.createContainer | length] |= . + {"path": "/kind/bin/mount-product-files.sh"}' \
    | jq 'del(.process.rlimits)' > /etc/containerd/cri-base.json
# systemd looks for this, and ends by another signal than a container is sent by default.
ENV container=docker
STOPSIGNAL SIGRTMIN+3
ENTRYPOINT ["/usr/local/bin/entrypoint", "/sbin/init"]
