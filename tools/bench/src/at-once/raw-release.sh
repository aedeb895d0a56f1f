#!/bin/sh
# What a good engineer writes to release services without a tool: as many builds at once as there are processors, each
# pushed and applied as soon as it is built, and all rollouts waited for at the same time.
# raw-release.sh REGISTRY NAMESPACE MANIFESTS SERVICE…, in the workspace's root. MANIFESTS/SERVICE.json has IMAGE in the
# image's place. KUBECTL is the command with its options; the builder is the one that is chosen (BUILDX_BUILDER).
set -eu
export REGISTRY="$1" NAMESPACE="$2" MANIFESTS="$3"
shift 3

build_and_apply='
  set -eu
  image="$REGISTRY/$0-raw"
  docker buildx build --push --metadata-file="$MANIFESTS/$0.pushed" --tag="$image:latest" "apps/$0" >"$MANIFESTS/$0.log" 2>&1
  digest=$(sed -n "s/.*\"containerimage.digest\": \"\(sha256:[0-9a-f]*\)\".*/\1/p" "$MANIFESTS/$0.pushed")
  sed "s|IMAGE|$image@$digest|" "$MANIFESTS/$0.json" |
    $KUBECTL apply --server-side --force-conflicts --namespace="$NAMESPACE" --filename=- >>"$MANIFESTS/$0.log"
'
printf '%s\n' "$@" | xargs -P "$(nproc)" -I {} sh -c "$build_and_apply" {}
printf '%s\n' "$@" | xargs -P 0 -I {} $KUBECTL rollout status --namespace="$NAMESPACE" --timeout=300s deployment/{}
