# shellcheck shell=bash disable=SC2154
# The way from this machine to the ingress controller. With Docker on macOS or Windows the node's
# address is inside a virtual machine: then the way is the Kubernetes API. Nobody else knows an
# address. Sourced by lib.sh.

no_ingress=${no_ingress:-}
INGRESS_CA=${INGRESS_CA:-}
SECURE_INGRESS=${SECURE_INGRESS:-}

node_ip() {
  if is_minikube; then
    minikube -p "$CONTEXT" ip
  else
    address_of_the_ingress
  fi
}

# What the ingress controller has written into an Ingress of ours: an address or a name.
address_of_the_ingress() {
  local columns='IP:.status.loadBalancer.ingress[0].ip' address
  columns=$columns,'HOSTNAME:.status.loadBalancer.ingress[0].hostname'
  address=$(kubectl get ingresses -A -l "app.kubernetes.io/name=$NAME" --no-headers \
    -o "custom-columns=$columns" | tr -s ' ' '\n' | grep -v '<none>' | head -n 1)
  echo "${address:-none}"
}

# Where the ingress controller runs: ours, or the one that `make up INGRESS_NAMESPACE=` named.
controller_namespace() {
  echo "${INGRESS_NAMESPACE:-traefik}"
}

# controller: the workload to ask, and its port
controller() {
  local namespace
  namespace=$(controller_namespace)
  if [ "$namespace" = traefik ]; then
    echo deployment/traefik web
    return
  fi
  kubectl -n "$namespace" get services --no-headers \
    -o 'custom-columns=NAME:.metadata.name,PORTS:.spec.ports[*].port' |
    awk '"," $2 "," ~ /,80,/ { print "service/" $1, 80; exit }'
}

# Finds the way, once for a command and the scripts that it calls: INGRESS is the address with its
# port, SECURE_INGRESS that of HTTPS. Where there is none, it stays the node's, and no_ingress says
# what was tried.
reach_ingress() {
  [ -z "${INGRESS:-}" ] || return 0
  ! is_minikube || need minikube
  NODE=$(node_ip) || die "the cluster '$CONTEXT' does not tell its address" "make doctor"
  read_ca
  find_ingress
  export INGRESS SECURE_INGRESS INGRESS_CA NODE no_ingress
}

# tls_folder: of this clone's own CA, and of that of the cluster
tls_folder() { echo "$(git rev-parse --git-common-dir)/tls"; }

delete_tls() {
  kubectl -n traefik delete --ignore-not-found "secret/$TLS_OBJECT" "ingress/$TLS_OBJECT" >/dev/null
}

# tls_field NAME: of that Secret; nothing where there is none
tls_field() {
  local template="{{with index .data \"$1\"}}{{base64decode .}}{{end}}"
  kubectl -n traefik get secret "$TLS_OBJECT" -o "go-template=$template" 2>/dev/null || true
}

# Sets INGRESS_CA to a file with the CA that the hosts' certificate is signed by, whichever clone
# made it. Empty: HTTP, or a certificate that this machine trusts anyway.
read_ca() {
  local ca file
  INGRESS_CA=''
  ca=$(tls_field ca.crt)
  [ -n "$ca" ] || return 0
  file=$(tls_folder)/cluster.crt
  mkdir -p "${file%/*}"
  [ "$ca" = "$(cat "$file" 2>/dev/null)" ] || echo "$ca" >"$file"
  INGRESS_CA=$file
}

# For who waits: the ingress controller may be there by now.
reach_ingress_at_last() {
  [ -z "$no_ingress" ] || find_ingress
}

find_ingress() {
  no_ingress=''
  INGRESS=$NODE:80
  SECURE_INGRESS=$NODE:443
  answers "$INGRESS" || find_ingress_over_the_api
}

find_ingress_over_the_api() {
  local workload port
  no_ingress="neither at $INGRESS, the node's address, nor over the Kubernetes API"
  read -r workload port <<<"$(controller)"
  if ! forward "$(controller_namespace)" "${workload:-service/none}" "${port:-80}" 5; then
    no_ingress="$no_ingress: $refusal"
  elif answers "$forwarded"; then
    no_ingress=''
    INGRESS=$forwarded
    find_secure_ingress_over_the_api
  else
    no_ingress="$no_ingress at $forwarded"
    stop_last_forward
  fi
}

find_secure_ingress_over_the_api() {
  [ -n "$INGRESS_CA" ] || return 0
  if forward traefik deployment/traefik websecure 5; then
    SECURE_INGRESS=$forwarded
  else
    no_ingress="by HTTP at $INGRESS alone, not by HTTPS: $refusal"
  fi
}

# Any answer will do, 404 as well.
answers() {
  curl -s -o /dev/null --noproxy '*' --connect-timeout 1 --max-time 2 "http://$1/"
}

# page HOST: what the service answers through the ingress, with no need of the hosts file. As with a
# browser, a redirect leads to HTTPS.
page() {
  curl -sSL --noproxy '*' --max-time 2 ${INGRESS_CA:+--cacert "$INGRESS_CA"} \
    --connect-to "$1:80:$INGRESS" --connect-to "$1:443:$SECURE_INGRESS" "http://$1/"
}

# What was tried, and what the cluster says; nothing where there is a way.
explain_no_ingress() {
  [ -n "$no_ingress" ] || return 0
  echo "the ingress answers $no_ingress"
  kubectl -n "$(controller_namespace)" get pods 2>&1 | sed 's/^/  /' || true
}

# A machine that was busy for two seconds is not told that it cannot reach its node.
is_node_the_way() {
  [[ "$INGRESS" == "$NODE":* ]] || answers "$NODE:80"
}

# tell_the_way HOST...: the lines that make these hosts work, on this very machine
tell_the_way() {
  local scheme=http port=80 here=8080 curl=curl
  if [ -n "$INGRESS_CA" ]; then
    scheme=https port=443 here=8443 curl="curl --cacert $(printf %q "$INGRESS_CA")"
  fi
  if is_node_the_way; then
    cat <<TEXT
  The hosts file (/etc/hosts)   $NODE  $*
  Without it                    $curl --resolve $1:$port:$NODE $scheme://$1/
TEXT
  else
    tell_the_way_over_the_api "$@"
  fi
}

# tell_the_way_over_the_api HOST...: in the words that tell_the_way has set
tell_the_way_over_the_api() {
  cat <<TEXT
  The node's address ($NODE) cannot be reached from this machine. In a terminal of its own:
    $(ingress_forward)
  The hosts file (/etc/hosts)   127.0.0.1  $*
  Then                          $scheme://$1:$here/
  Without it                    $curl --connect-to $1:$port:127.0.0.1:$here $scheme://$1/
TEXT
  if has_tunnel; then
    echo "  Or without the port           $(tunnel) (may ask for sudo), $scheme://$1/"
  fi
}

ingress_forward() {
  local workload port here=8080
  read -r workload port <<<"$(controller)"
  if [ -n "$INGRESS_CA" ]; then
    port=websecure
    here=8443
  fi
  echo "kubectl --context $CONTEXT -n $(controller_namespace) port-forward $workload $here:$port"
}

tunnel() { echo "minikube -p $CONTEXT tunnel"; }

# `minikube tunnel` brings the Service's ports to this machine's 127.0.0.1 just where minikube has
# brought the API there: with a container as node that cannot be reached. Elsewhere it only adds a
# route by the node's address.
has_tunnel() {
  [[ "$(api_address)" == https://127.0.0.1:* ]]
}
