# shellcheck shell=bash
# What several steps need. Sourced, never run.
. "$(dirname "${BASH_SOURCE[0]}")/../settings.sh"

# unpacked MODULE VERSION: downloads it and prints where it lies
unpacked() {
  (cd "$work" && go mod download -json "$1@v$2") | sed -n 's/^\t"Dir": "\(.*\)",/\1/p'
}
# named_modules: those whose versions stand elsewhere in the project, as MODULE@VERSION
named_modules() {
  echo "github.com/argoproj/argo-cd/v3@v$ARGOCD"
  echo "github.com/distribution/distribution/v3@v$REGISTRY"
  echo "github.com/traefik/traefik/v3@v$TRAEFIK"
  echo "helm.sh/helm/v4@v$HELM"
  echo "k8s.io/minikube@v$MINIKUBE"
}
# debian_mirror: the one that this machine uses
debian_mirror() {
  local sources=(/etc/apt/sources.list.d/debian.sources /etc/apt/sources.list)
  local line='s/^deb \(\[[^]]*\] \)\{0,1\}\([^ ]*\) .*/\2/p'
  sed -n "s/^URIs: *//p; $line" "${sources[@]}" 2>/dev/null | head -n 1
}
