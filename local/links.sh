# shellcheck shell=bash disable=SC2034,SC2154
# What whats-running asks of the cluster and of git, and how it says it. Sourced by it alone.
IF_ROLLOUT='again in a moment, as a rollout may be under way; if it stays so: make status'
SYNC_COLUMNS=STATUS:.status.sync.status,REVISION:.status.sync.revision
POD_COLUMNS='KIND:.kind,NAME:.metadata.name,OWNER:.metadata.ownerReferences[0].name'
POD_COLUMNS=$POD_COLUMNS',READY:.status.conditions[?(@.type=="Ready")].status'
POD_COLUMNS=$POD_COLUMNS',ENDS:.metadata.deletionTimestamp,IMAGE:.spec.containers[0].image'

# link NAME TEXT: one that holds
link() { printf '%-10s %s\n' "$1" "$2"; }

# broken NAME WHAT NEXT
broken() {
  link "$1" BROKEN
  die "$1: $2" "$3"
}

# answer: of what the service says on standard input, the line POD COMMIT VERSION
answer() { sed -nE 's/^version (.*), commit ([^ ,]+), pod ([^ ]+)$/\3 \2 \1/p'; }

# ready_pods: a line POD IMAGE for each that is the Deployment's, not only labelled as if it were
ready_pods() {
  kubectl -n "$namespace" get replicasets,pods --no-headers -o "custom-columns=$POD_COLUMNS" |
    awk -v "name=$NAME" '
      $1 == "ReplicaSet" && $3 == name { ours[$2] }
      $1 == "Pod" && $3 in ours && $4 == "True" && $5 == "<none>" { print $2, $6 }'
}

# words NUMBER LINES: each word that stands at that place of a line, once
words() { awk -v "n=$1" 'NF && !seen[$n]++ { print $n }' <<<"$2"; }

# only_in LINES OTHERS: the first words that no line of the others begins with
only_in() {
  awk 'NR == FNR { there[$1]; next } NF && !($1 in there) && !seen[$1]++ { print $1 }' \
    <(echo "$2") <(echo "$1") | paste -s -d ' ' -
}

# each_pod LINES: what the pods say or run, for a message
each_pod() { awk 'NF && !seen[$1 $2]++ { printf "\n    %s %s", $1, $2 }' <<<"$1"; }

# is_commit TEXT: by its whole name, as a branch could be called `unknown`
is_commit() { [[ $1 =~ ^[0-9a-f]{40}$ ]] && git cat-file -e "$1^{commit}" 2>/dev/null; }

# changes LOG-OPTIONS: of main's commits, newest first, each with the source commit in its trailer
changes() {
  git -c log.follow=false -c log.showSignature=false log --full-history --topo-order \
    --format='%H %(trailers:key=Argocd-reference-commit-sha,valueonly,separator=%x2C)' \
    cluster/main "$@"
}

# person COMMIT: who wrote it, when, and its subject
person() {
  git log -1 --no-show-signature --abbrev=12 --date=format:'%Y-%m-%d %H:%M' \
    --format='%h %an, %ad: %s' "$1"
}
