# shellcheck shell=bash disable=SC2034 # what is set here is used by the script that reads this file
# Shared by bump, rollback, freeze and thaw: change an environment's image.yaml on a remote's branch
# by compare-and-swap. Only plumbing with an index of its own: this clone's work tree, index and
# branches stay as they are. Bash 3.2 and BSD tools are enough.
set -euo pipefail

# the caller's: how it is called, which options it takes; and it has a function `decide`
usage='' options=''
# the arguments
environment='' tag='' digest='' commit='' remote=origin branch=main tries=10
# what the branch has: its newest commit, and the image there as `tag digest commit`
head='' was=''
# what `decide` sets: the image to be there, and the message of the commit that puts it there
to='' message=''
# what git said last
answer=''

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() {
  say "$@"
  exit 1
}

# arguments "$@": an environment and the options in $options, each with a value
arguments() {
  parse "$@"
  [[ $environment =~ ^[a-z0-9-]+$ ]] ||
    die "'$environment' is no name of an environment. usage: $usage"
  [[ $tries =~ ^[1-9][0-9]{0,2}$ ]] || die "--tries '$tries' is no number from 1 to 999"
  git rev-parse --git-dir >/dev/null || die "run it inside a clone of the repository"
  git check-ref-format "refs/heads/$branch" || die "--branch '$branch' is no branch's name"
  is_remote || die "this clone has no remote '$remote'; it has: $(git remote | tr '\n' ' ')." \
    "Choose one by --remote, or make it: git remote add"
  file=gitops/environments/$environment/image.yaml
  seen=refs/bump/$$
  tmp=$(mktemp -d)
  trap clean EXIT
  identify
}

parse() {
  while [ $# -gt 0 ]; do
    case $1 in
      -h | --help)
        echo "usage: $usage"
        exit 0
        ;;
      -*)
        is_option "$1" || die "unknown option $1. usage: $usage"
        [ $# -ge 2 ] || die "$1 needs a value. usage: $usage"
        printf -v "${1#--}" %s "$2"
        shift
        ;;
      *)
        [ -z "$environment" ] ||
          die "one environment only, not $environment and $1. usage: $usage"
        environment=$1
        ;;
    esac
    shift
  done
}

is_option() {
  local option
  for option in $options; do
    [ "$option" != "$1" ] || return 0
  done
  return 1
}

# is_remote: $remote is an address, or the name of one of this clone's remotes
is_remote() {
  [[ $remote == *[/:]* ]] || git remote get-url -- "$remote" >/dev/null 2>&1
}

clean() {
  rm -rf "$tmp"
  git update-ref -d "$seen"
}

# identify: where nobody said who commits, a machine does
identify() {
  ! git -c user.useConfigOnly=true var GIT_COMMITTER_IDENT >/dev/null 2>&1 || return 0
  export GIT_AUTHOR_NAME=gitops-bump GIT_AUTHOR_EMAIL=gitops-bump@users.noreply.github.com
  export GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL
}

# image COMMIT: `tag digest commit` as the file has them there; nothing without a file; `?` where
# it cannot be read
image() {
  git cat-file -e "$1:$file" 2>/dev/null || return 0
  git cat-file blob "$1:$file" | awk '
    /^  (tag|digest|commit): / {
      gsub(/"/, "", $2)
      value[$1] = $2
      count[$1]++
    }
    END {
      once = count["tag:"] * count["digest:"] * count["commit:"] == 1
      print once ? value["tag:"] " " value["digest:"] " " value["commit:"] : "?"
    }'
}

# frozen: since when, by whom and why, if the environment is frozen
frozen() {
  [ -n "$was" ] || return 0
  git cat-file blob "$head:$file" | awk -F '"' '
    /^  (since|by|why): "/ { value[$1] = $2 }
    END {
      if ("  why: " in value)
        print "frozen since " value["  since: "] " by " value["  by: "] ": " value["  why: "]
    }'
}

# unchanged WORD: WHY: the end of a run that had nothing to do
unchanged() {
  echo "unchanged $1"
  exit 0
}

# history LOG-OPTIONS: the commits that touched the file, newest first, on every side of every merge
history() {
  git -c log.follow=false -c log.showSignature=false \
    log --full-history --topo-order --format=%H "$@" -- ":/$file"
}

# unread: ends the script where git cannot tell the history, as a guess could undo a person's revert
unread() {
  die "nothing was changed: git could not read the history of $file, and said why above." \
    "Fetch it again or make a new clone, then run this again."
}

# swap WORD: fetch, decide at the head that is there now, commit, push only onto that very head;
# otherwise again, with jitter. Prints WORD and the new commit.
swap() {
  local try
  for ((try = 1; try <= tries; try++)); do
    if fetch; then
      look
      decide
      # shellcheck disable=SC2086 # three words, or none
      new=$(write $to)
      if push; then
        echo "$1 $new"
        exit 0
      fi
    fi
    say "try $try of $tries did not get through to $branch of $remote. git said: $answer"
    [ "$try" = "$tries" ] || sleep "$((try / 4)).$((RANDOM % 5))$((RANDOM % 10))"
  done
  give_up
}

fetch() {
  local whole=''
  # ancestry needs the history
  [ "$(git rev-parse --is-shallow-repository)" = false ] || whole=--unshallow
  answer=$(git fetch --quiet --no-tags --no-write-fetch-head --refmap= ${whole:+"$whole"} \
    -- "$remote" "+refs/heads/$branch:$seen" 2>&1)
}

# look: sets $head and $was
look() {
  local folder=gitops/environments
  head=$(git rev-parse "$seen")
  [ "$(git cat-file -t "$head:$folder/$environment" 2>/dev/null)" = tree ] ||
    die "$branch has no environment $environment; it has:" \
      "$(git ls-tree -d --name-only "$head:$folder" 2>/dev/null | tr '\n' ' ')"
  was=$(image "$head")
  [ "$was" != '?' ] || die "$file on $branch has not one tag, digest and commit each." \
    "Put it right (git log -p -- $file), then run this again."
}

# edit TAG DIGEST COMMIT: changes these three lines of the file, and nothing else. freeze and thaw
# have another one.
edit() {
  sed -e "s|^  tag:.*|  tag: \"$1\"|" -e "s|^  digest:.*|  digest: $2|" \
    -e "s|^  commit:.*|  commit: $3|"
}

# write TAG DIGEST COMMIT: prints a commit on $head in which the file is edited
write() {
  local blob tree
  set -e # bash forgets it in $(…), where this runs; so the index set here is nobody else's
  template | edit "$@" >"$tmp/file"
  export GIT_INDEX_FILE=$tmp/index
  git read-tree "$head"
  blob=$(git hash-object -w --no-filters "$tmp/file")
  git update-index --add --cacheinfo "100644,$blob,$file"
  tree=$(git write-tree)
  git commit-tree "$tree" -p "$head" -F - <<<"$message"
}

# template: the file as it is, since people's own lines stay, or what the first one looks like
template() {
  if [ -n "$was" ]; then
    git cat-file blob "$head:$file"
    return
  fi
  cat <<'FILE'
# Written by gitops/bump: the image that runs here, and the commit it was built from.
image:
  tag:
  digest:
  commit:
FILE
}

push() {
  answer=$(git push --quiet --no-follow-tags --recurse-submodules=no \
    --force-with-lease="refs/heads/$branch:$head" -- "$remote" "$new:refs/heads/$branch" 2>&1)
}

# give_up: says what to do about what git said last
give_up() {
  case $answer in
    *[Dd]enied* | *[Pp]ermission* | *protected* | *declined* | *403* | *401* | *[Aa]uthentication*)
      die "nothing was changed: no right to do that." \
        "Let this account push to $branch of $remote, then run this again."
      ;;
    *find\ remote\ ref*)
      die "nothing was changed: $remote has no branch $branch. Choose one by --branch."
      ;;
    *resolve\ host* | *[Cc]onnect* | *timed\ out* | *does\ not\ appear*)
      die "nothing was changed: $remote was not reached." \
        "Look at the network and at the remote's address, then run this again."
      ;;
    *)
      die "nothing was changed in $tries tries." \
        "Run this again, with more --tries if others push all the time."
      ;;
  esac
}
