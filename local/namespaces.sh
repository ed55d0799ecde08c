# shellcheck shell=bash disable=SC2034,SC2153
# Which namespaces of the cluster `make up` made. Sourced by the scripts that make or delete some.
# It marks them with a label; a namespace of the same name without it is somebody else's.
MARK=app.kubernetes.io/part-of=platform  # Argo CD, ingress controller, git server and registry
OWN_MARK=app.kubernetes.io/part-of=$NAME # this service's environments, and what rules them
# What `make up` writes on the namespace argocd: which release, the objects that it has, and that it
# started this minikube.
INSTALL_COLUMNS=INSTALL:.metadata.annotations.platform/install
INSTALL_COLUMNS=$INSTALL_COLUMNS,OBJECTS:.metadata.annotations.platform/objects
STARTED_COLUMN=STARTED:.metadata.annotations.platform/minikube-started-by

marked_namespaces() {
  kubectl get namespaces -l "${1:-$MARK}" -o name | sed 's|^namespace/||'
}

unmarked_namespaces() {
  kubectl get namespaces -l "${MARK/=/!=}" -o name | sed 's|^namespace/||'
}

# mark_namespace NAMESPACE [MARK]
mark_namespace() {
  kubectl label namespace "$1" --overwrite "${2:-$MARK}" >/dev/null
}

# foreign_namespaces NAME...: those of them that are there and are not ours
foreign_namespaces() {
  local unmarked name
  unmarked=$(unmarked_namespaces)
  for name in "$@"; do
    if grep -qxF -- "$name" <<<"$unmarked"; then
      echo "$name"
    fi
  done
}

# argocd_namespaces: where any Argo CD runs, whoever installed it
argocd_namespaces() {
  kubectl get deployments --all-namespaces -l app.kubernetes.io/part-of=argocd --no-headers \
    -o custom-columns=NAMESPACE:.metadata.namespace | sort -u
}
