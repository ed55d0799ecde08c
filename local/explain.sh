# shellcheck shell=bash disable=SC2034
# What is not well, in Argo CD's and Kubernetes' own words. Sourced by status and rollout.
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

# last_lines NAMESPACE POD: of the container before it was started again, if it was
last_lines() {
  kubectl -n "$1" logs "$2" --previous --tail=3 2>/dev/null | grep -v '^unable to retrieve' ||
    kubectl -n "$1" logs "$2" --tail=3 2>/dev/null
}
