# A node as kind has built it, with a network of its own: kind's own is in no package registry.
ARG BASE
FROM ${BASE}
COPY default-cni.yaml /kind/manifests/default-cni.yaml
# Where the machine's own root may not, as in a sandbox, a node's may not either: kind sets the same for rootless engines.
RUN sed -i 's/restrict_oom_score_adj = false/restrict_oom_score_adj = true/' /etc/containerd/config.toml
