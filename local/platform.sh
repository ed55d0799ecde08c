# shellcheck shell=bash disable=SC2153,SC2154
# What `make up` puts into the cluster, and when it is ready. Sourced by up, which sets $scratch,
# and by others for render_root.
ARGOCD_PARTS='deployment/argocd-repo-server deployment/argocd-applicationset-controller
  deployment/argocd-redis deployment/argocd-server statefulset/argocd-application-controller'
# shellcheck source=notify.sh
. "${BASH_SOURCE[0]%/*}/notify.sh"
# What the root is to follow, what Argo CD has compared it with, and whether it is syncing.
SETTLED_COLUMNS=WANTED:.spec.source.repoURL,SEEN:.status.sync.comparedTo.source.repoURL
SETTLED_COLUMNS=$SETTLED_COLUMNS,SYNC:.operation
PLATFORM=true # whether this copy keeps what all share, see copies.sh

# render_root CHART [OPTION]...
render_root() {
  helm template root "$@" --set "platform=$PLATFORM" \
    --set-string "repoURL=$REPO,image=$IMAGE" \
    --set-string "ingressClass=$INGRESS_CLASS,ingressNamespace=$INGRESS_NAMESPACE" ||
    die "REPO or IMAGE cannot be used (message above)" "make up REPO=https://github.com/OWNER/NAME"
}

# The pinned release, unless just that is there.
install_argocd() {
  local wanted installed former=''
  if [ "$PLATFORM" = false ]; then
    check_shared_argocd
    return 0
  fi
  wanted=$(cat argocd/install/* | git hash-object --stdin)
  read -r installed former <<<"$(columns argocd namespace/argocd "$INSTALL_COLUMNS" || true)"
  [[ "$installed $former" != "$wanted "*/* ]] || return 0
  say "installing Argo CD"
  fetch_argocd
  apply_argocd "$former"
  # What runs already reads argocd-cmd-params-cm only when it starts.
  [[ "${installed:-<none>}" =~ ^(<none>|$wanted)$ ]] ||
    kubectl -n argocd rollout restart deployment,statefulset >/dev/null
  kubectl annotate namespace argocd "platform/install=$wanted" --overwrite >/dev/null
}

# apply_argocd FORMER: the objects that were installed before, with commas
apply_argocd() {
  local objects manifests=$scratch/argocd.yaml
  kubectl kustomize "$scratch/install" >"$manifests" ||
    die "Argo CD's manifests could not be built (message above)" \
      "git diff argocd/install; then make up again"
  objects=$(kubectl apply --server-side --force-conflicts -o name -f "$manifests") ||
    die "Argo CD's manifests were refused" "read the message above, then make up again"
  keep_notifications
  delete_what_is_left "$1" "$objects"
  kubectl annotate namespace argocd "platform/objects=${objects//$'\n'/,}" --overwrite >/dev/null
}

# delete_what_is_left FORMER OBJECTS: what the release before had, and this one has not. What may
# hold somebody's settings stays, and the kinds of Application, with which all of these would go.
delete_what_is_left() {
  local left
  left=$(tr ',' '\n' <<<"$1" | grep / | grep -vxF "$2" |
    grep -vE '^(namespace|configmap|secret|customresourcedefinition\.[a-z0-9.]+)/' || true)
  [ -n "$left" ] || return 0
  say "left by the release before, and deleted: ${left//$'\n'/, }"
  # shellcheck disable=SC2086 # names are words
  kubectl -n argocd delete --ignore-not-found $left >/dev/null
}

# Leaves $scratch/install: argocd/install upon a copy of the release that was compared with its
# checksum. kustomize by itself would take whatever stands under the tag.
fetch_argocd() {
  local kustomization=argocd/install/kustomization.yaml base address version output
  base=$(sed -nE 's|^ *- (https://.*)/manifests/.*ref=|\1 |p' $kustomization)
  read -r address version <<<"$base"
  output=$(download "$address" "$version" "$scratch/release" 2>&1) ||
    die "Argo CD's manifests could not be read from $address: $output" \
      "can this machine reach it? then make up again"
  compare_with_checksum "$address" "$version $(checksum "$scratch/release")"
  name_other_tags "$version" <$kustomization
  cp -R argocd/install "$scratch/install"
  sed -E 's|^( *- )https://.*(/manifests/.*)\?ref=.*|\1../release\2|' $kustomization \
    >"$scratch/install/kustomization.yaml"
}

# download REPOSITORY TAG FOLDER: its manifests alone; gives up when nothing comes for a minute
download() {
  git -c http.lowSpeedLimit=1000 -c http.lowSpeedTime=60 -c advice.detachedHead=false \
    clone --depth 1 --filter=blob:none --no-checkout --branch "$2" "$1" "$3" &&
    git -C "$3" checkout HEAD -- manifests
}

# checksum CLONE: of the names and contents of the manifests
checksum() {
  git -C "$1" ls-tree -r HEAD manifests | cut -d ' ' -f 3- | git hash-object --stdin
}

# compare_with_checksum REPOSITORY FOUND
compare_with_checksum() {
  local file=argocd/install/checksum
  [ "$2" != "$(cat $file)" ] || return 0
  die "the manifests of $1 are not those of $file; nothing was installed
  expected $(cat $file)
  got      $2" "if you changed the version in argocd/install: echo '$2' >$file
        if not, somebody has moved the tag: do not install it"
}

# name_other_tags VERSION <KUSTOMIZATION: images that it pins, where this release has another tag
name_other_tags() {
  local name tag found
  sed -nE 's/^ *(- name|newTag): *([^ ]+)$/\2/p' | paste -d ' ' - - |
    while read -r name tag; do
      found=$(grep -rhoE "image: $name:[^@ ]+" "$scratch/release/manifests" | sort -u || true)
      if [ -n "$found" ] && ! grep -qxF "image: $name:$tag" <<<"$found"; then
        say "$1 comes with ${found##*image: }, argocd/install/kustomization.yaml has $tag"
      fi
    done
}

# wait_for NAMESPACE WORKLOAD NAME
wait_for() {
  kubectl -n "$1" rollout status "$2" --timeout=300s >/dev/null ||
    die "$3 is not ready ($2): $(kubectl -n "$1" get pods 2>&1)" \
      "kubectl --context $CONTEXT -n $1 describe pods; then make up again"
}

install_stand_ins() {
  local output
  say "git server and registry"
  if [ "$PLATFORM" = true ] || ! stand_ins_are_there; then
    output=$(kubectl apply --server-side -k local 2>&1) ||
      die "git server and registry were refused: $output" "make up again"
  fi
  wait_for git deployment/git "the git server"
  wait_for registry deployment/registry "the registry"
  output=$(kubectl -n git exec -i deployment/git -- bash -s "$NAME" 2>&1 \
    <local/new-repository.sh) ||
    die "the git server made no repository '$NAME': $output" \
      "kubectl --context $CONTEXT -n git describe pods; then make up again"
}

stand_ins_are_there() {
  kubectl -n git get deployment/git >/dev/null 2>&1 &&
    kubectl -n registry get deployment/registry >/dev/null 2>&1
}

wait_for_argocd() {
  local part
  say "waiting for Argo CD"
  for part in $ARGOCD_PARTS; do
    wait_for argocd "$part" "Argo CD"
  done
}

# render_main [OPTION]...: the root as it stands in the repository that Argo CD follows
render_main() {
  rm -rf "$scratch/main"
  mkdir "$scratch/main"
  git archive cluster/main argocd/root | tar -x -C "$scratch/main" ||
    die "$REPO has no argocd/root on main" "is it a copy of this repository?"
  render_root "$scratch/main/argocd/root" "$@"
}

# From there, so that doing it again changes nothing. Its Application first: a root that follows
# another repository now must not heal the projects that come next, and until they are there it is
# refused, and heals nothing.
install_root() {
  local rendered output try
  rendered=$(
    render_main --show-only templates/root.yaml
    render_main
  )
  for try in 1 2 3 4 5 6; do # a CRD takes a moment to be served
    output=$(kubectl apply --server-side --force-conflicts -f - <<<"$rendered" 2>&1) && return 0
    sleep "$try"
  done
  die "the root was refused: $output" "make up again"
}

# A look of Argo CD's that began before can end in a sync of what the root followed then, itself
# included: so the root is written again until Argo CD has seen this one, and syncs no other.
settle_root() {
  local tries=0
  until root_is_settled; do
    tries=$((tries + 1))
    [ "$tries" -lt 60 ] || return 0 # what is in the way, the next step says
    sleep 1
  done
}

root_is_settled() {
  local root wanted seen operation
  root=$(columns argocd "application/$NAME" "$SETTLED_COLUMNS") || return 1
  read -r wanted seen operation <<<"$root"
  [ "$wanted" = "$REPO" ] || install_root
  [ "$wanted $seen $operation" = "$REPO $REPO <none>" ]
}

wait_for_sync() {
  local synced='jsonpath={.status.sync.status}=Synced' applications="application/$NAME"
  say "waiting for the platform"
  [ -n "$INGRESS_CLASS" ] || applications="$applications application/platform"
  explain_refused_repository
  # shellcheck disable=SC2086 # names are words
  kubectl -n argocd wait $applications --for="$synced" --timeout=120s >/dev/null ||
    show_what_is_not_synced
  [ -z "$INGRESS_CLASS" ] || return 0
  kubectl -n traefik rollout status deployment/traefik --timeout=180s >/dev/null ||
    show_what_is_not_synced
}

show_what_is_not_synced() {
  local/status || true
  die "the platform is not synced" "make status, then make up again"
}
