# shellcheck shell=bash disable=SC2034
# What the scripts beside this file share: messages, and the way to the cluster. Sourced, never run.
# They start in the top folder of the clone, where `make` runs them.
set -euo pipefail
# shellcheck source=remote.sh
. "${BASH_SOURCE[0]%/*}/remote.sh"
# shellcheck source=forward.sh
. "${BASH_SOURCE[0]%/*}/forward.sh"
# shellcheck source=ingress.sh
. "${BASH_SOURCE[0]%/*}/ingress.sh"

# The application's name, see argocd/root/values.yaml.
NAME=$(sed -n 's/^name: *//p' argocd/root/values.yaml)
GIT_URL=git://git.git.svc.cluster.local/$NAME.git # the in-cluster repository, as Argo CD sees it
REGISTRY=localhost:5050                           # the in-cluster registry, as the node sees it
TLS_OBJECT=$NAME-tls                              # the Secret of `make up TLS=…`, and its Ingress
PULL_SECRET=registry                              # of `make login`, in each environment
# What `kubectl get` prints of an object, see its option -o custom-columns.
ROOT_COLUMNS=REPO:.spec.source.repoURL
ROOT_COLUMNS=$ROOT_COLUMNS,'IMAGE:.spec.source.helm.parameters[?(@.name=="image")].value'
CLASS_COLUMN='CLASS:.spec.source.helm.parameters[?(@.name=="ingressClass")].value'
ROOT_COLUMNS=$ROOT_COLUMNS,$CLASS_COLUMN
INGRESS_PARAMETER='.spec.source.helm.parameters[?(@.name=="ingressNamespace")].value'
ROOT_COLUMNS=$ROOT_COLUMNS,INGRESS:$INGRESS_PARAMETER
HOST_COLUMN='HOST:.spec.rules[0].host'
IMAGE_COLUMN='IMAGE:.spec.template.spec.containers[0].image'

say() { printf '[%3d s] %s\n' "$SECONDS" "$*"; }

# die WHAT [NEXT STEP]: one clear message on the way out
die() {
  printf '\n%s: %s\n' "$(basename "$0")" "$1" >&2
  [ -z "${2:-}" ] || printf '  next: %s\n' "$2" >&2
  exit 1
}

# need PROGRAM...
need() {
  local program
  for program in "$@"; do
    type -P "$program" >/dev/null ||
      die "'$program' is not installed" \
        "install it (mise.toml names the version: \`mise install\`), then run this again"
  done
}

# Whether the cluster is a minikube: it is, unless `make up CONTEXT=` named another one.
is_minikube() { [ "$(git config gitops.minikube || true)" != false ]; }

# The cluster is the one that `make up` used from this clone, else minikube's current profile; it is
# never just kubectl's current context.
context() {
  git config gitops.context || profile
}

profile() {
  minikube profile 2>/dev/null |
    sed -n 's/^[* ]*\([A-Za-z0-9][A-Za-z0-9-]*\)$/\1/p' |
    tail -n 1
}

# By `env`, as a failing `command kubectl` ends a script of Bash 3.2 even where it may fail.
kubectl() { env kubectl --context "$CONTEXT" "$@"; }

# read_secret QUESTION: sets `secret` to a line from the keyboard, where nobody sees it, or from
# standard input
read_secret() {
  [ ! -t 0 ] || printf '%s: ' "$1" >&2
  IFS= read -rs secret || true
}

# columns NAMESPACE OBJECT COLUMNS: fields of one object; <none> where it has none
columns() { kubectl -n "$1" get "$2" --no-headers -o "custom-columns=$3" 2>/dev/null; }

# api_address: of the API server, as this machine asks it
api_address() {
  env kubectl config view --minify --context "$CONTEXT" \
    -o 'jsonpath={.clusters[0].cluster.server}'
}

cluster_answers() { kubectl get --raw /readyz >/dev/null 2>&1; }

# Every script but `up` begins with this; a script that another one calls need not do it again.
connect() {
  local root columns="custom-columns=$ROOT_COLUMNS"
  [ -z "${GITOPS_CONNECTED:-}" ] || return 0
  need git kubectl
  CONTEXT=$(context)
  [ -n "$CONTEXT" ] || die "no cluster is known here" "make up"
  root=$(kubectl -n argocd get application "$NAME" --no-headers -o "$columns" 2>&1) ||
    die "the cluster '$CONTEXT' has no '$NAME', or does not answer: ${root##*$'\n'}" \
      "make up (it starts a stopped minikube, too); make doctor says what is in the way"
  read -r REPO IMAGE _ INGRESS_NAMESPACE <<<"${root##*$'\n'}"
  INGRESS_NAMESPACE=${INGRESS_NAMESPACE/#<none>/}
  export GITOPS_CONNECTED=yes CONTEXT REPO IMAGE INGRESS_NAMESPACE
  set_remote
}

is_local() { [ "$REPO" = "$GIT_URL" ]; }

# Argo CD is told that the repository has changed.
refresh() { local/git-cluster refresh "$CONTEXT" "$NAME"; }

# ui_port: of this machine, where `make ui` brings Argo CD's page
ui_port() { echo "${PORT:-8443}"; }

# is_taken PORT: something listens there on this machine
is_taken() { (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# How Argo CD's admin gets in: the first password, as long as its Secret is there.
password_hint() {
  local secret=argocd-initial-admin-secret
  if kubectl -n argocd get secret "$secret" >/dev/null 2>&1; then
    echo "kubectl --context $CONTEXT -n argocd get secret $secret" \
      "-o go-template='{{.data.password|base64decode|println}}'"
  else
    echo 'what you gave to local/password'
  fi
}

# Seconds since 1970. Bash 3.2 has whole ones only; in some countries the fraction begins with a
# comma.
now() {
  local now=${EPOCHREALTIME:-$(date +%s)}
  echo "${now/,/.}"
}

# service_pods NAMESPACE: the pods that requests go to
service_pods() {
  kubectl -n "$1" get endpointslices -l "kubernetes.io/service-name=$NAME" \
    -o go-template-file=local/templates/ready-pods.tmpl | sort -u
}

host_of() { columns "$NAME-$1" "ingress/$NAME" "$HOST_COLUMN"; }
