# shellcheck shell=bash disable=SC2034,SC2154
# What `make up` is told, and what an earlier one was told: REPO and IMAGE, INGRESS_CLASS and
# INGRESS_NAMESPACE, ARGOCD. What is not given again stays so. Sourced by up, login.

# ghcr_name REPO: GHCR's name for its image: https://github.com/Owner/Name.git -> ghcr.io/owner/name
ghcr_name() {
  echo "$1" |
    sed -E 's|^.*[:/]([^/:]+/[^/]+)$|ghcr.io/\1|; s|\.git$||' |
    tr '[:upper:]' '[:lower:]'
}

# REPO is stored in several places of the cluster, in git's configuration, and shown.
refuse_a_secret_in_repo() {
  if [[ "${REPO:-}" =~ ^(ssh://[^/@:]+|[^/@:]+)@ ]] || [[ "${REPO:-}" != *@* ]]; then
    return 0
  fi
  die "REPO has a user's name, password or token in it, which would be stored and shown" \
    "make up with the address alone, https://HOST/OWNER/NAME, then
        make login REPO=THAT-ADDRESS AS=NAME <FILE, which has the token"
}

# check_words: those that can be one thing only, before anything else is looked at
check_words() {
  refuse_a_secret_in_repo
  [[ "${ARGOCD:-}" =~ ^(existing)?$ ]] ||
    die "ARGOCD is '$ARGOCD', and can only be 'existing' or nothing" \
      "ARGOCD=existing uses the Argo CD that runs in the namespace argocd"
  if [ -n "${INGRESS_CLASS:-}" ] && [ -z "${INGRESS_NAMESPACE:-}" ]; then
    die "INGRESS_CLASS is given without the namespace in which that controller's pods are" \
      "make up INGRESS_CLASS=$INGRESS_CLASS INGRESS_NAMESPACE=…: kubectl get pods -A shows it"
  fi
}

read_the_settings_that_are_there() {
  local former
  former=$(root_settings)
  [ -n "$former" ] || require_committed # the first deploy comes at the end: say it now
  read -r present_repo present_image class namespace <<<"$former"
  choose_repository "$present_repo" "$present_image"
  INGRESS_CLASS=${INGRESS_CLASS:-${class/#<none>/}}
  INGRESS_NAMESPACE=${INGRESS_NAMESPACE:-${namespace/#<none>/}}
  if [ -n "$former" ] && [ -n "$(foreign_namespaces argocd)" ]; then
    ARGOCD=existing # as it was the first time
  fi
}

# choose_repository REPO IMAGE: those that were given, else these, which are there, else minikube's
choose_repository() {
  [ -z "${REPO:-}" ] || IMAGE=${IMAGE:-$(ghcr_name "$REPO")}
  REPO=${REPO:-${1:-$GIT_URL}}
  IMAGE=${IMAGE:-${2:-$REGISTRY/$NAME}}
}

# root_settings: a line REPO IMAGE CLASS NAMESPACE, nothing before the first `make up`
root_settings() {
  local settings
  settings=$(kubectl -n argocd get applications --no-headers -o "custom-columns=$ROOT_COLUMNS" \
    -l "$OWN_MARK,app.kubernetes.io/component=root" 2>/dev/null || true)
  [ -n "$settings" ] || settings=$(former_settings)
  echo "$settings"
}

# What fits together, and what the cluster has.
check_settings() {
  local classes
  if [ "$MINIKUBE" = false ] && is_local; then
    die "'$CONTEXT' is no minikube of ours, and git server and registry are for those alone" \
      "make up CONTEXT=$CONTEXT REPO=https://github.com/OWNER/NAME [IMAGE=REGISTRY/NAME]"
  fi
  if [ "${ARGOCD:-}" = existing ] && [ -z "$INGRESS_CLASS" ]; then
    die "ARGOCD=existing is for a cluster that has an ingress controller, too" \
      "kubectl get ingressclass; then INGRESS_CLASS=… INGRESS_NAMESPACE=…"
  fi
  [ -n "$INGRESS_CLASS" ] || return 0
  classes=$(kubectl get ingressclasses -o name | sed 's|.*/||')
  grep -xF -- "$INGRESS_CLASS" >/dev/null <<<"$classes" ||
    die "the cluster has no ingress class '$INGRESS_CLASS', but ${classes//$'\n'/, }" \
      "one of these: make up INGRESS_CLASS=…"
  kubectl get namespace "$INGRESS_NAMESPACE" >/dev/null 2>&1 ||
    die "the cluster has no namespace '$INGRESS_NAMESPACE'" \
      "the one with the ingress controller's pods: kubectl get pods -A"
}
