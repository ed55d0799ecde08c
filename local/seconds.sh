# shellcheck shell=bash disable=SC2154
# Where the seconds of a rollout went, from what the cluster notes of its pods, in whole seconds.
# Sourced by rollout.

# second_of_day TIME: of the cluster's 2026-11-26T14:22:05Z
second_of_day() {
  local hours minutes seconds
  IFS=: read -r hours minutes seconds <<<"${1#*T}"
  seconds=${seconds%Z}
  echo $((10#$hours * 3600 + 10#$minutes * 60 + 10#$seconds))
}

# seconds_between FIRST LAST: seconds of a day, of which midnight may lie between
seconds_between() { echo $((($2 - $1 + 129600) % 86400 - 43200)); }

# first_pod: of the image, when it was ready, made and started
first_pod() {
  kubectl -n "$namespace" get pods -l "app.kubernetes.io/name=$NAME" \
    -o go-template-file=local/templates/pod-times.tmpl 2>/dev/null |
    awk -v digest="@$digest" 'index($1, digest) {print $4, $2, $3}' | sort | sed -n 1p
}

# What came before the push, the script that did it says in BUILT. A pod that was there before the
# push says nothing of it, nor does a cluster whose clock is behind.
say_where_the_seconds_went() {
  local ready made started synced
  read -r ready made started <<<"$(first_pod || true)"
  [ -n "$started" ] || return 0
  made=$(second_of_day "$made")
  started=$(second_of_day "$started")
  ready=$(second_of_day "$ready")
  synced=$(seconds_between $((${pushed%.*} % 86400)) "$made")
  [ "$synced" -ge 0 ] || return 0
  say "the seconds: ${BUILT:-}Argo CD $synced," \
    "image and container $(seconds_between "$made" "$started")," \
    "start until ready $(seconds_between "$started" "$ready")"
}
