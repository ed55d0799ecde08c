# shellcheck shell=bash disable=SC2034
# The git remote `cluster`, which is the repository that Argo CD follows. Sourced by lib.sh.

set_remote() {
  local url=$REPO transport present
  if is_local; then
    transport=$(install_transport)
    url="ext::$(ext_word "$transport") %S $(ext_word "$CONTEXT") $NAME"
  fi
  present=$(git config remote.cluster.url) || true
  [ "$present" != "$url" ] || return 0
  [ -z "$present" ] || leave_former_repository
  git config remote.cluster.url "$url"
  git config remote.cluster.fetch '+refs/heads/*:refs/remotes/cluster/*'
  git config remote.cluster.push HEAD:refs/heads/main
  git config remote.cluster.tagOpt --no-tags
  git config protocol.ext.allow user # git asks for that, and here it is for this clone only
  # So that a plain `git pull cluster main` merges.
  git config pull.rebase >/dev/null || git config pull.rebase false
}

# It may be gone, with a cluster that was deleted, and the next fetch takes its place here.
leave_former_repository() {
  forget_main
  say "the remote 'cluster' is now $REPO in the cluster '$CONTEXT'"
}

# The in-cluster repository is reached through a script. It lies in the git directory that all work
# trees share, because a fetch must not run what the branch that is checked out brings. Prints its
# path.
install_transport() {
  local path
  path=$(cd "$(git rev-parse --git-common-dir)" && pwd)/git-cluster
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
  local message next='check the network and your rights, then again'
  if is_local; then
    next='make status shows whether the git server runs'
  fi
  message=$(git fetch -q cluster 2>&1) || die "cannot fetch from $REPO: $message" "$next"
}

has_cluster_main() { git rev-parse -q --verify cluster/main >/dev/null; }

# The commits that only the cluster has, as far as this clone has seen them, get a ref of their own
# here.
save_commits() {
  local commits ref
  has_cluster_main || return 0
  commits=$(git rev-list cluster/main --not --branches --remotes=origin)
  [ -n "$commits" ] || return 0
  ref=refs/saved/cluster-$(git rev-parse --short=12 cluster/main)
  git update-ref "$ref" cluster/main
  say "commits that only the cluster had are kept as $ref: git log $ref"
}

# What this clone remembers of another repository is not in this one; nothing of it is lost.
forget_main() {
  save_commits
  git update-ref -d refs/remotes/cluster/main
}

# image_field ENVIRONMENT KEY: of its image.yaml in the repository that Argo CD follows; nothing
# where there is none yet
image_field() {
  local file
  file=$(git show "cluster/main:gitops/environments/$1/image.yaml" 2>/dev/null) || return 0
  echo "$file" |
    sed -n "s/^  $2: *\"\{0,1\}\([^\"]*\)\"\{0,1\} *$/\1/p"
}

# frozen ENVIRONMENT: since when, by whom and why, if it is frozen in the repository
frozen() {
  local why
  why=$(image_field "$1" why)
  [ -z "$why" ] || echo "frozen since $(image_field "$1" since) by $(image_field "$1" by): $why"
}

# order OPTIONS...: of gitops/order, for main; main of an earlier version has no such file
order() {
  local what=$1 at=cluster/main
  shift
  git cat-file -e "$at:gitops/environments/order" 2>/dev/null || at=HEAD
  gitops/order "$what" "$at" "$@"
}

# bump ENVIRONMENT TAG DIGEST COMMIT: sets `answer`, what became of it, and `pushed`, when that was
bump() {
  answer=$(gitops/bump "$1" --tag "$2" --digest "$3" --commit "$4" --remote cluster) ||
    die "$1 was not bumped" "read the message above, then make $(basename "$0") again"
  pushed=$(last_push)
  answer=$(tail -n 1 <<<"$answer")
  say "$answer"
  is_local || refresh
}

# When the last push began, as git-cluster saw it. A repository elsewhere has no such witness, nor
# has a clone that never pushed.
last_push() {
  local file
  file=$(git rev-parse --git-path cluster-pushed)
  if is_local && [ -e "$file" ]; then
    cat "$file"
  else
    now
  fi
}

# What is deployed is a commit, so nothing that no commit has may be left out silently.
require_committed() {
  local changes
  changes=$(
    git status --porcelain --untracked-files=no
    git status --porcelain -- pom.xml service gitops argocd local
  )
  [ -z "$changes" ] || die "there are changes that no commit has:
$(sort -u <<<"$changes" | sed 's/^/    /')" \
    "commit them (git commit -a), or set them aside (git stash -u); nothing was deployed"
}
