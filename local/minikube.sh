# shellcheck shell=bash
# The minikube of `make up`, started when it is not there or stopped. Sourced by up and doctor.
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
  [ -z "$is_new" ] || remember_that_minikube_is_ours
}

# By this, `make down` sees that minikube goes, too.
remember_that_minikube_is_ours() {
  kubectl create namespace argocd >/dev/null
  mark_namespace argocd
  kubectl annotate namespace argocd hello/minikube-started-by=make-up >/dev/null
}

start_cluster() {
  local answer
  is_minikube_up || start_minikube
  answer=$(kubectl get --raw /readyz 2>&1) ||
    die "the Kubernetes API of '$CONTEXT' does not answer: $(tail -n 1 <<<"$answer")" \
      "minikube -p $CONTEXT status; then make up again"
  if ! kubectl get deployment -n kube-system metrics-server >/dev/null 2>&1; then
    say "adding metrics-server"
    minikube -p "$CONTEXT" addons enable metrics-server >/dev/null ||
      die "metrics-server was not enabled" "minikube -p $CONTEXT addons enable metrics-server"
  fi
}
