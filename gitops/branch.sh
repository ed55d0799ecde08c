# shellcheck shell=bash disable=SC2034 # what is set here is used by the script that reads this file
# Shared by bump and rollback: change an environment's image.yaml on a remote's branch by compare-and-swap. Only plumbing with an
# index of its own: this clone's work tree, index and branches stay as they are. Bash 3.2 and BSD tools are enough.
set -euo pipefail

usage='' options='' # the caller's: how it is called, which options it takes; and it has a function `decide`
environment='' tag='' digest='' commit='' remote=origin branch=main tries=10
head='' was='' message=''

say() { printf '%s: %s\n' "${0##*/}" "$1" >&2; }
die() {
  say "$1"
  exit 1
}

# arguments "$@": an environment and the options in $options, each with a value
arguments() {
  while [ $# -gt 0 ]; do
    case "$1 $options " in
      -h\ * | --help\ *)
        echo "usage: $usage"
        exit 0
        ;;
      --*" $1 "*)
        [ $# -ge 2 ] || die "$1 needs a value. usage: $usage"
        printf -v "${1#--}" %s "$2"
        shift 2
        ;;
      -*) die "unknown option $1. usage: $usage" ;;
      *)
        [ -z "$environment" ] || die "one environment only, not $environment and $1. usage: $usage"
        environment=$1
        shift
        ;;
    esac
  done
  [[ $environment =~ ^[a-z0-9-]+$ ]] || die "'$environment' is no name of an environment. usage: $usage"
  [[ $tries =~ ^[1-9][0-9]{0,2}$ ]] || die "--tries '$tries' is no number from 1 to 999"
  git rev-parse --git-dir >/dev/null || die "run it inside a clone of the repository"
  git check-ref-format "refs/heads/$branch" || die "--branch '$branch' is no branch's name"
  [[ $remote == *[/:]* ]] || git remote get-url -- "$remote" >/dev/null 2>&1 ||
    die "this clone has no remote '$remote'; it has: $(git remote | tr '\n' ' '). Choose one by --remote, or make it: git remote add"
  file=gitops/environments/$environment/image.yaml
  seen=refs/bump/$$
  tmp=$(mktemp -d)
  trap 'rm -rf "$tmp"; git update-ref -d "$seen"' EXIT
  git -c user.useConfigOnly=true var GIT_COMMITTER_IDENT >/dev/null 2>&1 || # nobody said who commits here: a machine does
    export GIT_AUTHOR_NAME=hello-bump GIT_AUTHOR_EMAIL=hello-bump@users.noreply.github.com \
      GIT_COMMITTER_NAME=hello-bump GIT_COMMITTER_EMAIL=hello-bump@users.noreply.github.com
}

# image COMMIT: `tag digest commit` as the file has them there; nothing without a file; `?` where it cannot be read
image() {
  git cat-file -e "$1:$file" 2>/dev/null || return 0
  git cat-file blob "$1:$file" | awk '/^  (tag|digest|commit): / { key = $1; gsub(/"/, "", $2); value[key] = $2; count[key]++ }
    END { one = count["tag:"] == 1 && count["digest:"] == 1 && count["commit:"] == 1
          if (one) print value["tag:"], value["digest:"], value["commit:"]; else print "?" }'
}

# history LOG-OPTIONS: the commits that touched the file, newest first, on every side of every merge
history() { git -c log.follow=false -c log.showSignature=false log --full-history --topo-order --format=%H "$@" -- ":/$file"; }

# write TAG DIGEST COMMIT: prints a commit on $head that changes these three lines and nothing else; people's own lines stay
write() {
  set -e # bash forgets it in $(…), where this runs; so the index set here is nobody else's
  if [ -n "$was" ]; then git cat-file blob "$head:$file"; else
    printf '%s\n' '# Written by gitops/bump: the image that runs here, and the commit it was built from.' image: '  tag:' '  digest:' '  commit:'
  fi | sed -e "s|^  tag:.*|  tag: \"$1\"|" -e "s|^  digest:.*|  digest: $2|" -e "s|^  commit:.*|  commit: $3|" >"$tmp/file"
  export GIT_INDEX_FILE=$tmp/index
  git read-tree "$head"
  git update-index --add --cacheinfo "100644,$(git hash-object -w "$tmp/file" --no-filters),$file"
  git commit-tree "$(git write-tree)" -p "$head" -F - <<<"$message"
}

# swap: fetch, decide at the head that is there now, commit, push only onto that very head; otherwise again, with jitter.
# `decide` sets $message and $to (tag, digest, commit), or ends the script.
swap() {
  local try said new whole
  for ((try = 1; try <= tries; try++)); do
    whole=''
    [ "$(git rev-parse --is-shallow-repository)" = false ] || whole=--unshallow # ancestry needs the history
    if said=$(git fetch --quiet --no-tags --no-write-fetch-head --refmap= ${whole:+"$whole"} -- "$remote" "+refs/heads/$branch:$seen" 2>&1); then
      head=$(git rev-parse "$seen")
      git cat-file -e "$head:gitops/environments/$environment" 2>/dev/null ||
        die "$branch has no environment $environment; it has: $(git ls-tree --name-only "$head:gitops/environments" 2>/dev/null | tr '\n' ' ')"
      was=$(image "$head")
      [ "$was" != '?' ] || die "$file on $branch has not one tag, digest and commit each. Put it right (git log -p -- $file), then run this again."
      decide
      # shellcheck disable=SC2086,SC2154 # three words, set by decide
      new=$(write $to)
      said=$(git push --quiet --no-follow-tags --recurse-submodules=no --force-with-lease="refs/heads/$branch:$head" \
        -- "$remote" "$new:refs/heads/$branch" 2>&1) && {
        echo "$1 $new"
        exit 0
      }
    fi
    say "try $try of $tries did not get through to $branch of $remote. git said: $said"
    [ "$try" = "$tries" ] || sleep "$((try / 4)).$((RANDOM % 5))$((RANDOM % 10))"
  done
  case $said in
    *[Dd]enied* | *[Pp]ermission* | *protected* | *declined* | *403* | *401* | *[Aa]uthentication*)
      die "nothing was changed: no right to do that. Let this account push to $branch of $remote, then run this again."
      ;;
    *find\ remote\ ref*) die "nothing was changed: $remote has no branch $branch. Choose one by --branch." ;;
    *resolve\ host* | *[Cc]onnect* | *timed\ out* | *does\ not\ appear*)
      die "nothing was changed: $remote was not reached. Look at the network and at the remote's address, then run this again."
      ;;
    *) die "nothing was changed in $tries tries. Run this again, with more --tries if others push all the time." ;;
  esac
}
