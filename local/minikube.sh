# shellcheck shell=bash
# The cluster of `make up`: a minikube, started when it is not there or stopped, or the one that
# CONTEXT= names. Sourced by up, down and doctor.
LAB_HINT='where there is no container engine and no way to the registries (Debian, root):
        make lab-up, see lab/README.md'
MEMORY=4096 # MB that a new minikube gets

minikube_status() {
  minikube -p "$CONTEXT" status -f "{{.$1}}" 2>/dev/null || true
}

is_minikube_up() { [ "$(minikube_status APIServer)" = Running ]; }

start_minikube() {
  local options=(--addons=metrics-server) is_new=''
  case $(minikube_status Host) in
    '' | [Nn]onexist* | *'not found'*) is_new=yes ;;
  esac
  if [ -n "$is_new" ] && [ "${MINIKUBE_DRIVER:-}" != none ]; then
    options=("${options[@]}" --memory="${MINIKUBE_MEMORY:-$MEMORY}")
  fi
  say "starting minikube (profile $CONTEXT)"
  minikube -p "$CONTEXT" start "${options[@]}" ||
    die "minikube did not start" \
      "read its message above; minikube -p $CONTEXT logs; then make up again
        $LAB_HINT"
  if [ -n "$is_new" ]; then
    kubectl create namespace argocd >/dev/null
    mark_namespace argocd
    remember_that_minikube_is_ours
  fi
}

# By this, `make down` sees that minikube goes, too.
remember_that_minikube_is_ours() {
  kubectl annotate namespace argocd platform/minikube-started-by=make-up --overwrite >/dev/null
}

# Sets CONTEXT, and before the first question to the cluster.
choose_the_cluster() {
  MINIKUBE=true
  if [ -n "${CONTEXT:-}" ]; then
    env kubectl config get-contexts "$CONTEXT" >/dev/null 2>&1 ||
      die "kubectl knows no context '$CONTEXT'" "kubectl config get-contexts shows them"
    MINIKUBE=false
  elif is_minikube; then
    CONTEXT=$(profile || true)
    CONTEXT=${CONTEXT:-minikube}
  else
    CONTEXT=$(git config gitops.context)
    MINIKUBE=false
  fi
  export CONTEXT
}

remember_the_cluster() {
  git config gitops.context "$CONTEXT"
  git config gitops.minikube "$MINIKUBE"
}

# has_metrics: the autoscaler's numbers
has_metrics() { kubectl get --raw /apis/metrics.k8s.io/v1beta1 >/dev/null 2>&1; }

start_cluster() {
  local answer
  if [ "$MINIKUBE" = true ]; then
    is_minikube_up || start_minikube
  fi
  answer=$(kubectl get --raw /readyz 2>&1) ||
    die "the Kubernetes API of '$CONTEXT' does not answer: $(tail -n 1 <<<"$answer")" \
      "kubectl --context $CONTEXT cluster-info; then make up again"
  if [ "$MINIKUBE" = false ]; then
    has_metrics || say "'$CONTEXT' has no metrics-server: the autoscaler adds no pods without one"
    return 0
  fi
  if ! kubectl get deployment -n kube-system metrics-server >/dev/null 2>&1; then
    say "adding metrics-server"
    minikube -p "$CONTEXT" addons enable metrics-server >/dev/null ||
      die "metrics-server was not enabled" "minikube -p $CONTEXT addons enable metrics-server"
  fi
}
