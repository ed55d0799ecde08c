# shellcheck shell=bash disable=SC2034,SC2153
# Other services in the same cluster: renamed copies of this repository, each with a root, projects
# and environments of its own. One of them keeps what all share: Argo CD, the ingress controller,
# the git server and the registry. Sourced by up and down.
OWNER_COLUMN='OWNER:.metadata.labels.app\.kubernetes\.io/part-of'

# other_copies: their names
other_copies() {
  kubectl -n argocd get applications -l app.kubernetes.io/component=root --no-headers \
    -o "custom-columns=$OWNER_COLUMN" 2>/dev/null |
    grep -vxF "$NAME" || true
}

# The namespaces of a service are those whose names begin with its own and a dash.
refuse_overlapping_name() {
  local other
  for other in $(other_copies); do
    if [[ "$other-" == "$NAME-"* || "$NAME-" == "$other-"* ]]; then
      die "'$other' is in this cluster, and '$NAME' would have a share in its namespaces" \
        "another name, which does not begin with that one: make rename NAME=…"
    fi
  done
}

# Sets PLATFORM: whether this copy keeps what all share. Nobody does where the one that did is gone.
read_who_keeps_the_platform() {
  PLATFORM=true
  PLATFORM_OWNER=$(columns argocd appproject/default "$OWNER_COLUMN" || true)
  if [ "${ARGOCD:-}" = existing ] || other_copies | grep -xF "$PLATFORM_OWNER" >/dev/null; then
    PLATFORM=false
  fi
}

# check_shared_argocd: where it is another one's to raise, it fits or nothing is changed
check_shared_argocd() {
  local ours theirs
  ours=$(sed -nE 's|.*manifests/.*ref=v([0-9.]+).*|\1|p' argocd/install/kustomization.yaml)
  theirs=$(kubectl -n argocd get deployments -l app.kubernetes.io/name=argocd-server \
    --no-headers -o "custom-columns=$IMAGE_COLUMN" 2>/dev/null | sed -E 's/.*:v([0-9.]+).*/\1/')
  [ "${ours%.*}" != "${theirs%.*}" ] || return 0
  die "Argo CD ${theirs:-?} is in this cluster, and this repository is for $ours" \
    "bring both to one minor version: argocd/install and mise.toml here, or the cluster's"
}

# hand_over_platform NAME
hand_over_platform() {
  say "'$1' keeps Argo CD, ingress controller, git server and registry from now on"
  GITOPS_CONNECTED=yes local/argocd app set "$1" --helm-set platform=true >/dev/null ||
    die "'$1' could not be told that it keeps the platform now" "make down again"
}
