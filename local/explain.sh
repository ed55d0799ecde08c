# shellcheck shell=bash disable=SC2034
# What is not well, in Argo CD's and Kubernetes' own words. Sourced by status and rollout.
PULL_COLUMN='SECRETS:.spec.template.spec.imagePullSecrets[*].name'
HEALTH_COLUMNS='SYNC:.status.sync.status,HEALTH:.status.health.status'

# explain APPLICATION
explain() {
  explain_application "$1"
  explain_workload "$1"
}

# What Argo CD says, but for the head of its answer and for what is well.
explain_application() {
  local answer
  answer=$(local/argocd app get "$1" --show-operation 2>&1) || true
  echo "$answer" |
    sed -E -e '/^(Name|Project|Server|Namespace|URL|Source|SyncWindow|Sync Policy):/d' \
      -e '/^(- |  )[A-Z][A-Za-z ]*:  /d' \
      -e '/^(Operation|Sync Revision|Start|Finished|Duration):/d' \
      -e '/^(Phase: +Succeeded|Message: +successfully synced)/d' \
      -e '/ Synced +(Healthy)? *([a-z0-9.]+\/.*)?$/d' \
      -e '/^$/d' \
      -e 's/^/  /'
}

# explain_workload NAMESPACE
explain_workload() {
  local pods
  kubectl -n "$1" get deployment "$NAME" \
    -o go-template-file=local/templates/failed-conditions.tmpl 2>/dev/null || true
  pods=$(kubectl -n "$1" get pods -o go-template-file=local/templates/unready-pods.tmpl || true)
  [ -n "$pods" ] || return 0
  echo "$pods"
  explain_pods "$1" "$(sed 's/^ *//; s/:.*//' <<<"$pods" | sort -u)"
  explain_pull "$1" "$pods"
}

# explain_pods NAMESPACE PODS: the last warnings, and what the container wrote last
explain_pods() {
  local pod
  for pod in $2; do
    kubectl -n "$1" events --for "pod/$pod" --types=Warning --no-headers 2>/dev/null |
      tail -n 2 |
      sed 's/^/  /' || true
    last_lines "$1" "$pod" | cut -c 1-400 | sed "s/^/  $pod wrote: /" || true
  done
}

# explain_pull NAMESPACE LINES: what comes next where the registry wants another log-in, or any
explain_pull() {
  local secret environment=${1#"$NAME-"}
  grep -E 'ErrImagePull|ImagePullBackOff' <<<"$2" |
    grep -iE '40[13]|unauthori[sz]ed|denied|forbidden|authentication' >/dev/null || return 0
  secret=$(columns "$1" "deployment/$NAME" "$PULL_COLUMN" | sed 's/<none>//; s/,.*//' || true)
  echo "  the registry does not let the pods pull $IMAGE"
  if kubectl -n "$1" get secret "${secret:-$PULL_SECRET}" >/dev/null 2>&1; then
    [ -z "$secret" ] || echo "  next: another token for it, make login AS=YOU <FILE"
  else
    echo "  next: make it public, or give a token: make login AS=YOU <FILE"
  fi
  [[ "$environment" != preview-* ]] || environment=$(order first)
  [ -n "$secret" ] || echo "  next: the line imagePullSecrets: [$PULL_SECRET] in" \
    "gitops/environments/$environment/values.yaml, commit, push"
}

# last_lines NAMESPACE POD: of the container before it was started again, if it was
last_lines() {
  kubectl -n "$1" logs "$2" --previous --tail=3 2>/dev/null | grep -v '^unable to retrieve' ||
    kubectl -n "$1" logs "$2" --tail=3 2>/dev/null
}
