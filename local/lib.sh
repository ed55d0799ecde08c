# shellcheck shell=bash disable=SC2034
# What the scripts beside this file share. Sourced, never run. They start in the top folder of the clone, where `make` runs them.
set -euo pipefail
GIT_URL=git://git.git.svc.cluster.local/hello.git # the in-cluster repository, as Argo CD sees it (local/git.yaml)
REGISTRY=localhost:5050                           # the in-cluster registry, as the node sees it (local/registry.yaml)

say() { printf '[%3d s] %s\n' "$SECONDS" "$*"; }
# die WHAT [NEXT STEP]: one clear message on the way out
die() {
  printf '\n%s: %s\n' "$(basename "$0")" "$1" >&2
  [ -z "${2:-}" ] || printf '  next: %s\n' "$2" >&2
  exit 1
}
need() { for tool in "$@"; do command -v "$tool" >/dev/null || die "'$tool' is not installed" "install it (mise.toml names the version: \`mise install\`), then run this again"; done; }

# The cluster is the one that `make up` used from this clone, else minikube's current profile; never just kubectl's current context.
profile() { minikube profile 2>/dev/null | sed -n 's/^[* ]*\([A-Za-z0-9][A-Za-z0-9-]*\)$/\1/p' | tail -n 1; }
context() { git config hello.context || profile; }
k() { kubectl --context "$CONTEXT" "$@"; }
# Every script but `up` begins with this.
connect() {
  [ -z "${HELLO_CONNECTED:-}" ] || return 0 # the script that called this one has done it
  need git kubectl
  CONTEXT=$(context)
  export CONTEXT
  [ -n "$CONTEXT" ] || die "no cluster is known here" "make up"
  REPO=$(k -n argocd get application root -o 'jsonpath={.spec.source.repoURL}' 2>&1) ||
    die "the cluster '$CONTEXT' has no platform, or does not answer: ${REPO##*$'\n'}" "make up (it starts a stopped minikube, too)"
  IMAGE=$(k -n argocd get application root -o 'jsonpath={.spec.source.helm.parameters[?(@.name=="image")].value}')
  set_remote
  export HELLO_CONNECTED=yes REPO IMAGE
}
# The git remote `cluster` is the repository that Argo CD follows.
set_remote() {
  local url=$REPO transport
  if is_local; then
    transport=$(install_transport)
    url="ext::$(ext_word "$transport") %S $(ext_word "$CONTEXT")"
  fi
  [ "$(git config remote.cluster.url || true)" != "$url" ] || return 0
  git config remote.cluster.url "$url"
  git config remote.cluster.fetch '+refs/heads/*:refs/remotes/cluster/*'
  git config remote.cluster.push HEAD:refs/heads/main
  git config remote.cluster.tagOpt --no-tags
  git config protocol.ext.allow user                                # git asks for that, and here it is for this clone only
  git config pull.rebase >/dev/null || git config pull.rebase false # so that a plain `git pull cluster main` merges
}
# The in-cluster repository is reached through a script. It lies in the git directory that all work trees share, because a fetch
# must not run what the branch that is checked out brings. Prints its path.
install_transport() {
  local path
  path=$(cd "$(git rev-parse --git-common-dir)" && pwd)/hello-git-cluster
  if ! cmp -s local/git-cluster "$path"; then
    cp local/git-cluster "$path.$$" # a fetch may be reading the one that is there
    chmod 755 "$path.$$"
    mv -f "$path.$$" "$path"
  fi
  echo "$path"
}
# ext_word TEXT: as one word of an address `ext::`, see git-remote-ext(1)
ext_word() {
  local word=${1//[%]/%%}
  echo "${word// /% }"
}
fetch() {
  local said
  said=$(git fetch -q cluster 2>&1) || die "cannot fetch from $REPO: $said" "$(if_local 'make status shows whether the git server runs' 'check the network and your rights, then again')"
}
# keep: the commits that only the cluster had, as far as this clone has seen them, get a ref of their own here
keep() {
  local ref
  git rev-parse -q --verify cluster/main >/dev/null && [ -n "$(git rev-list cluster/main --not --branches --remotes=origin)" ] || return 0
  ref=refs/saved/cluster-$(git rev-parse --short=12 cluster/main)
  git update-ref "$ref" cluster/main
  say "commits that only the cluster had are kept as $ref: git log $ref"
}
is_local() { [ "$REPO" = "$GIT_URL" ]; }
if_local() { if is_local; then echo "$1"; else echo "$2"; fi; }
# Tell Argo CD that the repository has changed.
refresh() { local/git-cluster refresh "$CONTEXT"; }
# image ENV KEY [REV]: a field of an environment's image.yaml in the repository that Argo CD follows
image() { git show "${3:-cluster/main}:gitops/environments/$1/image.yaml" 2>/dev/null | sed -n "s/^  $2: *\"\{0,1\}\([^\"]*\)\"\{0,1\} *$/\1/p"; }
# bump ENV TAG DIGEST COMMIT: sets `answer` to what became of it, and `since` to when it was pushed
bump() {
  answer=$(gitops/bump "$1" --tag "$2" --digest "$3" --commit "$4" --remote cluster) || die "$1 was not bumped" "read the message above, then make $(basename "$0") again"
  since=$(pushed)
  answer=$(tail -n 1 <<<"$answer")
  say "$answer"
  is_local || refresh
}
# The first password of Argo CD's admin, as long as its Secret is there.
password() {
  if k -n argocd get secret argocd-initial-admin-secret >/dev/null 2>&1; then
    echo "kubectl --context $CONTEXT -n argocd get secret argocd-initial-admin-secret -o go-template='{{.data.password|base64decode|println}}'"
  else echo 'what you gave to local/password'; fi
}
now() {
  local now=${EPOCHREALTIME:-$(date +%s)} # Bash 3.2 has whole seconds only
  echo "${now/,/.}"
}
# pushed: when the last push began, as git-cluster saw it; a repository elsewhere has no such witness, nor has a clone that never pushed
pushed() { if is_local; then cat "$(git rev-parse --git-path hello-pushed)" 2>/dev/null || now; else now; fi; }
host_of() { k -n "hello-$1" get ingress hello -o 'jsonpath={.spec.rules[0].host}' 2>/dev/null; }
node_ip() { minikube -p "$CONTEXT" ip; }
# ask HOST [curl options]: curl through the ingress, with no need of the hosts file
ask() {
  local host=$1
  shift
  curl -sS --max-time 2 --resolve "$host:80:${IP:-$(node_ip)}" "$@" "http://$host/"
}
# committed: what is deployed is a commit, so nothing that no commit has may be left out silently
committed() {
  local dirty
  dirty=$(
    git status --porcelain --untracked-files=no
    git status --porcelain -- pom.xml service gitops argocd local
  )
  [ -z "$dirty" ] || die "there are changes that no commit has:
$(sort -u <<<"$dirty" | sed 's/^/    /')" "commit them (git commit -a), or set them aside (git stash -u); nothing was deployed"
}
