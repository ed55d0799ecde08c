# shellcheck shell=bash disable=SC2154
# A token from standard input, how it is tried, and where it is stored. Sourced by login, notify.

# read_token COMMAND: sets `LOGIN_TOKEN`
read_token() {
  read_secret token
  LOGIN_TOKEN=${secret%$'\r'}
  if ! [[ "$LOGIN_TOKEN" =~ ^[[:graph:]]+$ ]] || [[ "$LOGIN_TOKEN" == *[\"\\]* ]]; then
    die "standard input has no token, or more than that; nothing was changed" "$1"
  fi
}

# put NAMESPACE [OPTION]...: an object with a secret in it, whose text is on standard input
put() {
  local message command
  command=$(basename "$0")
  message=$(kubectl -n "$1" apply --server-side --force-conflicts "${@:2}" -f - 2>&1) ||
    die "the Secret in $1 was refused: $message" "read the message above, then make $command again"
}

encoded() { printf %s "$1" | base64 | tr -d '\n'; }

# ask URL LINE...: curl with these lines of configuration; prints head, body and last the code
ask() {
  printf '%s\n' "${@:2}" |
    curl -s -i -K - --max-time 20 -w '\n%{http_code}' "$1" | tr -d '\r' || true
}
