# shellcheck shell=bash disable=SC2016,SC2034,SC2069,SC2119,SC2120,SC2153,SC2154
# Who may read a private repository: Argo CD has a log-in of its own for it. Sourced by up, login.
URL_TEMPLATE='{{range .items}}{{.data.url|base64decode|println}}{{end}}'
ERROR_COLUMN='ERROR:.status.conditions[?(@.type=="ComparisonError")].message'
LOOK_COLUMNS='REFRESH:.metadata.annotations.argocd\.argoproj\.io/refresh'
LOOK_COLUMNS=$LOOK_COLUMNS,REPO:.status.sync.comparedTo.source.repoURL

# read_repository [USER]: as somebody who has that name and $LOGIN_TOKEN and nothing else, or
# nothing at all, whatever this machine's git has stored; prints what git complains of
read_repository() (
  cd /
  helper=''
  if [ -n "${1:-}" ]; then
    export LOGIN_USER=$1 LOGIN_TOKEN
    # The `#` hides the word that git puts behind.
    helper='!printf "username=%s\npassword=%s\n" "$LOGIN_USER" "$LOGIN_TOKEN" #'
  fi
  GIT_TERMINAL_PROMPT=0 GIT_ASKPASS='' git -c credential.helper= -c "credential.helper=$helper" \
    ls-remote "$REPO" refs/heads/main 2>&1 >/dev/null
)

# By ssh everybody needs a key, and this machine's is not Argo CD's.
is_public() { [[ "$REPO" =~ ^(https?|git):// ]] && read_repository; }

# has_login: for REPO, or for all that begins as REPO does
has_login() {
  local url
  while read -r url; do
    if [ -n "$url" ] && [[ "${REPO%.git}/" == "${url%.git}"* ]]; then
      return 0
    fi
  done < <(kubectl -n argocd get secrets -l argocd.argoproj.io/secret-type \
    -o "go-template=$URL_TEMPLATE" 2>/dev/null)
  return 1
}

# how_to_log_in: the line to type, and what comes after it
how_to_log_in() {
  local settings="REPO=$REPO"
  [ "$IMAGE" = "$(ghcr_name "$REPO")" ] || settings="$settings IMAGE=$IMAGE"
  if [[ "$REPO" =~ ^https?:// ]]; then
    echo "make login $settings AS=YOU <FILE (which has a token that reads it, and no more)"
  else
    echo "local/argocd repo add $REPO --ssh-private-key-path KEY"
  fi
  echo "        then make up $settings"
}

# Before anything follows REPO: whoever ran this has read it by now.
require_login() {
  local message
  if is_local || has_login; then
    return 0
  fi
  message=$(is_public) && return 0
  die "$REPO is private, and Argo CD has no log-in for it; nothing follows it yet${message:+
  ${message##*$'\n'}}" "$(how_to_log_in)"
}

# Until then, what Argo CD says may be of another repository, or of the log-in before.
wait_for_a_look() {
  local deadline=$((SECONDS + 60)) asked='' repo=''
  until [ "$asked $repo" = "<none> $REPO" ] || [ "$SECONDS" -ge "$deadline" ]; do
    sleep 0.3
    read -r asked repo <<<"$(columns argocd "application/$NAME" "$LOOK_COLUMNS")"
  done
}

# What Argo CD was given may be no good, or not any more.
explain_refused_repository() {
  local message
  ! is_local || return 0
  wait_for_a_look
  message=$(columns argocd "application/$NAME" "$ERROR_COLUMN" || true)
  grep -iE 'authenticat|authoriz|not found|denied|knownhosts' >/dev/null <<<"$message" || return 0
  die "Argo CD cannot read $REPO: $message" "$(how_to_log_in)"
}
