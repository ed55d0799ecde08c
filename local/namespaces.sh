# shellcheck shell=bash
# Which namespaces of the cluster this repository made. Sourced by the scripts that make or delete
# some. It marks them with a label; a namespace of the same name without it is somebody else's.
MARK=app.kubernetes.io/part-of=hello
# Where an Application comes from and goes to.
APPLICATION_COLUMNS=NAME:.metadata.name,PROJECT:.spec.project,PATH:.spec.source.path
APPLICATION_COLUMNS=$APPLICATION_COLUMNS,NAMESPACE:.spec.destination.namespace
APPLICATION_COLUMNS=$APPLICATION_COLUMNS,REPO:.spec.source.repoURL
# What `make up` writes on the namespace argocd: which release, and that it started this minikube.
INSTALL_COLUMN=INSTALL:.metadata.annotations.hello/install
STARTED_COLUMN=STARTED:.metadata.annotations.hello/minikube-started-by

marked_namespaces() {
  kubectl get namespaces -l "$MARK" -o name | sed 's|^namespace/||'
}

unmarked_namespaces() {
  kubectl get namespaces -l "${MARK/=/!=}" -o name | sed 's|^namespace/||'
}

mark_namespace() {
  kubectl label namespace "$1" --overwrite "$MARK" >/dev/null
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

# An earlier version of this repository did not mark its namespaces, but it left an annotation on
# argocd's, and its Application `root` comes from argocd/root. What it made is ours, too.
mark_former_version() {
  local applications annotations
  [ -n "$(foreign_namespaces argocd)" ] || return 0
  applications=$(kubectl -n argocd get applications --no-headers \
    -o "custom-columns=$APPLICATION_COLUMNS" 2>/dev/null || true)
  annotations=$(columns argocd namespace/argocd "$INSTALL_COLUMN,$STARTED_COLUMN")
  if grep -qE '^root +root +argocd/root ' <<<"$applications" ||
    grep -qE '^[0-9a-f]{40} | make-up$' <<<"$annotations"; then
    mark_all_of_former_version "$applications"
  fi
}

# APPLICATIONS has a line for each, see APPLICATION_COLUMNS. The service's namespaces are those into
# which an Application of ours goes; git and registry have no Application.
mark_all_of_former_version() {
  local applications=$1 names name
  names=$(awk '$2 ~ /^(root|platform|hello)$/ { print $4 }' <<<"$applications")
  if ! grep -q '^root ' <<<"$applications" || grep -q "^root .* $GIT_URL\$" <<<"$applications"; then
    names="$names git registry"
  fi
  # shellcheck disable=SC2086 # names are words
  for name in $(foreign_namespaces argocd $names); do
    mark_namespace "$name"
  done
}
