# shellcheck shell=bash
# The checks of what `make up` puts into the cluster. Sourced by doctor.
WORKLOAD_COLUMNS=NAMESPACE:.metadata.namespace,NAME:.metadata.name
WORKLOAD_COLUMNS=$WORKLOAD_COLUMNS,READY:.status.readyReplicas,WANTED:.spec.replicas
METRIC_COLUMNS=NAMESPACE:.metadata.namespace
METRIC_COLUMNS=$METRIC_COLUMNS,'CPU:.status.currentMetrics[0].resource.current.averageValue'
workloads=''

# One question for all: sets workloads, a line each as WORKLOAD_COLUMNS says.
read_workloads() {
  workloads=$(kubectl get deployments,statefulsets -A --no-headers \
    -o "custom-columns=$WORKLOAD_COLUMNS" 2>/dev/null || true)
}

# readiness NAMESPACE [NAME]: what is not ready there; nothing if all is
readiness() {
  awk -v namespace="$1" -v name="${2:-}" '
    $1 != namespace || name != "" && $2 != name { next }
    { found = 1 }
    $4 > 0 && $3 != $4 { printf "%s%s has %d of %d", sep, $2, $3, $4; sep = ", " }
    END { if (!found) printf "not there" }' <<<"$workloads"
}

is_ready() { [ -z "$(readiness "$@")" ]; }

# check_part LABEL NAMESPACE
check_part() {
  if is_ready "$2"; then
    ok "$1" ready
  else
    no "$1" "$(readiness "$2")" "kubectl --context $CONTEXT -n $2 get pods; make up repairs it"
  fi
}

check_argocd() { check_part argo-cd argocd; }
check_git() { ! is_local || check_part git-server git; }
check_registry() { ! is_local || check_part registry registry; }
check_ingress() { check_part ingress "$(controller_namespace)"; }

check_applications() {
  local unwell
  unwell=$(kubectl -n argocd get applications --no-headers \
    -o "custom-columns=NAME:.metadata.name,$HEALTH_COLUMNS" |
    awk '$2 != "Synced" || $3 != "Healthy" { printf "%s %s %s  ", $1, $2, $3 }')
  if [ -n "$unwell" ]; then
    note apps "$unwell" "make status"
  else
    ok apps "synced and healthy"
  fi
}

# Without numbers the autoscaler adds no pods.
check_metrics() {
  local without
  without=$(kubectl get hpa -A --no-headers -o "custom-columns=$METRIC_COLUMNS" |
    awk -v prefix="$NAME-" 'index($1, prefix) == 1 && $2 == "<none>" { printf "%s ", $1 }')
  if [ -n "$without" ]; then
    note metrics "the autoscaler has no numbers in $without" \
      "wait: it takes two to three minutes after a rollout"
  else
    ok metrics "the autoscalers have numbers"
  fi
}
