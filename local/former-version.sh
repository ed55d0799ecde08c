# shellcheck shell=bash disable=SC2034,SC2153
# What an earlier version of this repository left in a cluster, taken over by `make up` and
# `make down`: it marked its namespaces by the service's name or not at all, and its Application
# `root` and ApplicationSet `environments` had names that only one service can have.
# Where an Application comes from and goes to.
APPLICATION_COLUMNS=NAME:.metadata.name,PROJECT:.spec.project,PATH:.spec.source.path
APPLICATION_COLUMNS=$APPLICATION_COLUMNS,NAMESPACE:.spec.destination.namespace
APPLICATION_COLUMNS=$APPLICATION_COLUMNS,REPO:.spec.source.repoURL
FORMER_COLUMNS=MARK:.metadata.labels."app\.kubernetes\.io/part-of"
FORMER_COLUMNS=$FORMER_COLUMNS,INSTALL:.metadata.annotations.$NAME/install
FORMER_COLUMNS=$FORMER_COLUMNS,STARTED:.metadata.annotations.$NAME/minikube-started-by

mark_former_version() {
  local applications mark installed started
  [ -n "$(foreign_namespaces argocd)" ] || return 0
  applications=$(kubectl -n argocd get applications --no-headers \
    -o "custom-columns=$APPLICATION_COLUMNS" 2>/dev/null || true)
  read -r mark installed started <<<"$(columns argocd namespace/argocd "$FORMER_COLUMNS")"
  if [[ "$mark $installed $started" =~ ^$NAME\ |\ [0-9a-f]{40}\ |\ make-up$ ]] ||
    grep -qE '^root +root +argocd/root ' <<<"$applications"; then
    mark_all_of_former_version "$applications"
  fi
  [ "$started" != make-up ] || remember_that_minikube_is_ours
}

# APPLICATIONS has a line for each, see APPLICATION_COLUMNS. The service's namespaces are those into
# which an Application of ours goes; git and registry have no Application.
mark_all_of_former_version() {
  local applications=$1 names name
  names=$(awk '$2 == "platform" { print $4 }' <<<"$applications")
  if ! grep -q '^root ' <<<"$applications" || grep -q "^root .* $GIT_URL\$" <<<"$applications"; then
    names="$names git registry"
  fi
  # shellcheck disable=SC2086 # names are words
  for name in $(foreign_namespaces argocd $names); do
    mark_namespace "$name"
  done
  # shellcheck disable=SC2013 # names are words
  for name in $(awk -v "name=$NAME" '$2 == name { print $4 }' <<<"$applications"); do
    mark_namespace "$name" "$OWN_MARK"
  done
}

# former_settings: as root_settings, of a root that had no labels
former_settings() {
  [ -z "$(foreign_namespaces argocd)" ] || return 0
  columns argocd application/root "$ROOT_COLUMNS" || true
}

# An earlier version's root does not take what `make up` tells it.
is_main_of_this_version() { (render_main >/dev/null 2>&1); }

# Then the cluster's own main gets this commit, as by `make deploy`. The former root keeps still
# meanwhile: it would take itself away, and the environments' Applications with it.
publish_over_former_main() {
  fetch
  ! is_main_of_this_version || return 0
  say "main in the cluster is of an earlier version, and gets this commit"
  if has_former_root; then
    kubectl -n argocd patch application/root --type=merge \
      -p '{"spec":{"syncPolicy":{"automated":null}}}' >/dev/null
  fi
  begin_bridge
  local/deploy --publish "$(git rev-parse cluster/main)"
}

require_main_of_this_version() {
  is_main_of_this_version ||
    die "main of $REPO is of another version than this clone" \
      "bring both to one: git pull cluster main, or a push to it; then make up again"
}

has_former_root() {
  [ "$(columns argocd application/root PATH:.spec.source.path || true)" = argocd/root ]
}

# The root goes first, so that it keeps nothing of what goes next. The Applications of the
# environments stay, and the new ApplicationSet takes them over.
delete_former_root() {
  has_former_root || return 0
  say "replacing the Application 'root' of an earlier version by '$NAME'"
  kubectl -n argocd delete application/root >/dev/null
  kubectl -n argocd delete --ignore-not-found appproject/root >/dev/null
  kubectl -n argocd delete --ignore-not-found --cascade=orphan applicationset/environments \
    >/dev/null
}

# The version before the mark was there made these, too.
delete_what_was_not_marked_yet() {
  kubectl delete --ignore-not-found "$POLICIES" "$NAME-image" "$NAME-never-zero" >/dev/null
  if is_ours traefik; then
    kubectl delete --ignore-not-found \
      clusterrole/traefik clusterrolebinding/traefik ingressclass/traefik >/dev/null
  fi
}
