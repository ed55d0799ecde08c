# shellcheck shell=bash disable=SC2034
# How a check reports. A check is a function check_NAME, which prints a line for each thing it looks
# at, and below it what to do, where there is something to do. Sourced by doctor, which runs every
# check, and by up, which runs those that it needs first.
faults=0
only_faults='' # up prints nothing of what is well

# ok NAME FOUND
ok() { [ -n "$only_faults" ] || printf 'ok    %-11s %s\n' "$1" "$2"; }

# note NAME FOUND NEXT: merely off, or none of our business
note() {
  [ -z "$only_faults" ] || return 0
  printf 'note  %-11s %s\n' "$1" "$2"
  printf '      %-11s next: %s\n' '' "$3"
}

# no NAME FOUND NEXT: needed, and not there
no() {
  printf 'no    %-11s %s\n' "$1" "$2"
  printf '      %-11s next: %s\n' '' "$3"
}

# run_checks NAME...: each, whatever the ones before it found, and whatever breaks in it
run_checks() {
  local check line lines
  for check in "$@"; do
    lines=$("check_$check" 2>&1) || lines="$lines
$(no "$check" "the check itself broke off" "read what it says above")"
    [ -z "$lines" ] || echo "$lines"
    while read -r line; do
      [[ "$line" != 'no '* ]] || faults=$((faults + 1))
    done <<<"$lines"
  done
}

# What up cannot begin without. Without argocd and make itself it can.
check_before_up() {
  only_faults=yes
  TOOLS='git curl mvn kubectl helm'
  [ "$MINIKUBE" = false ] || TOOLS="$TOOLS minikube"
  run_checks tools java >&2
  if [ "$MINIKUBE" = true ] && type -P minikube >/dev/null; then
    is_minikube_up || run_checks machine disk >&2
  fi
  [ "$faults" -eq 0 ] || die "this machine lacks what is marked 'no' above; nothing was changed" \
    "the lines above; make doctor checks everything"
}
