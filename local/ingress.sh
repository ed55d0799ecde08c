# shellcheck shell=bash disable=SC2154
# The way from this machine to the ingress controller. With Docker on macOS or Windows the node's
# address is inside a virtual machine: then the way is the Kubernetes API. Nobody else knows an
# address. Sourced by lib.sh.

no_ingress=${no_ingress:-}

node_ip() { minikube -p "$CONTEXT" ip; }

# Finds the way, once for a command and the scripts that it calls: INGRESS is the address with its
# port. Where there is none, it stays the node's, and no_ingress says what was tried.
reach_ingress() {
  [ -z "${INGRESS:-}" ] || return 0
  NODE=$(node_ip) || die "minikube does not know the node's address" "minikube -p $CONTEXT status"
  find_ingress
  export INGRESS NODE no_ingress
}

# For who waits: the ingress controller may be there by now.
reach_ingress_at_last() {
  [ -z "$no_ingress" ] || find_ingress
}

find_ingress() {
  no_ingress=''
  INGRESS=$NODE:80
  answers "$INGRESS" || find_ingress_over_the_api
}

find_ingress_over_the_api() {
  no_ingress="neither at $INGRESS, the node's address, nor over the Kubernetes API"
  if ! forward traefik deployment/traefik web 5; then
    no_ingress="$no_ingress: $refusal"
  elif answers "$forwarded"; then
    no_ingress=''
    INGRESS=$forwarded
  else
    no_ingress="$no_ingress at $forwarded"
    stop_last_forward
  fi
}

# Any answer will do, 404 as well.
answers() {
  curl -s -o /dev/null --noproxy '*' --connect-timeout 1 --max-time 2 "http://$1/"
}

# page HOST: what the service answers through the ingress, with no need of the hosts file
page() {
  curl -sS --noproxy '*' --max-time 2 --connect-to "$1:80:$INGRESS" "http://$1/"
}

# What was tried, and what the cluster says; nothing where there is a way.
explain_no_ingress() {
  [ -n "$no_ingress" ] || return 0
  echo "the ingress answers $no_ingress"
  kubectl -n traefik get pods 2>&1 | sed 's/^/  /' || true
}

# A machine that was busy for two seconds is not told that it cannot reach its node.
is_node_the_way() {
  [[ "$INGRESS" == "$NODE":* ]] || answers "$NODE:80"
}

# tell_the_way HOST...: the lines that make these hosts work, on this very machine
tell_the_way() {
  if is_node_the_way; then
    cat <<TEXT
  The hosts file (/etc/hosts)   $NODE  $*
  Without it                    curl --resolve $1:80:$NODE http://$1/
TEXT
  else
    tell_the_way_over_the_api "$@"
  fi
}

tell_the_way_over_the_api() {
  cat <<TEXT
  The node's address ($NODE) cannot be reached from this machine. In a terminal of its own:
    $(ingress_forward)
  The hosts file (/etc/hosts)   127.0.0.1  $*
  Then                          http://$1:8080/
  Without it                    curl --connect-to $1:80:127.0.0.1:8080 http://$1/
TEXT
  if has_tunnel; then
    echo "  Or without the port           $(tunnel) (may ask for sudo), http://$1/"
  fi
}

ingress_forward() {
  echo "kubectl --context $CONTEXT -n traefik port-forward deployment/traefik 8080:web"
}

tunnel() { echo "minikube -p $CONTEXT tunnel"; }

# `minikube tunnel` brings the Service's ports to this machine's 127.0.0.1 just where minikube has
# brought the API there: with a container as node that cannot be reached. Elsewhere it only adds a
# route by the node's address.
has_tunnel() {
  [[ "$(api_address)" == https://127.0.0.1:* ]]
}
