# shellcheck shell=bash disable=SC2154
# The ingress controller's pod has ports of the node, so it ends before its successor begins. When
# `make up` brings another one to a platform that is in use, a copy of the former one answers
# meanwhile, by a Service with the node's address, which kube-proxy asks before any pod's port of
# the node. Only where that address is the way in. Sourced by up.
BRIDGE=traefik-bridge
SYNC_COLUMNS=STATUS:.status.sync.status,REVISION:.status.sync.revision
SYNC_COLUMNS=$SYNC_COLUMNS,PHASE:.status.operationState.phase
bridged=''

begin_bridge() {
  if [ "$MINIKUBE" = false ] || [ -n "$INGRESS_CLASS" ]; then
    return 0
  fi
  bridged=$(node_ip)
  if ! answers "$bridged:80" || ! build_bridge; then
    remove_bridge
    say "the ingress controller will be replaced, and answers nobody for some seconds"
  fi
}

build_bridge() {
  render_bridge | kubectl apply -f - >/dev/null &&
    kubectl -n traefik rollout status "deployment/$BRIDGE" --timeout=60s >/dev/null &&
    is_routed_by "$BRIDGE" &&
    bridge_service | kubectl apply -f - >/dev/null &&
    kubectl -n traefik patch "service/$BRIDGE" --subresource=status --type=merge \
      -p "{\"status\":{\"loadBalancer\":{\"ingress\":[{\"ip\":\"$bridged\"}]}}}" >/dev/null &&
    within 20 is_bridge_asked
}

# The Deployment as it is, without the node's ports; it answers /ping where people ask.
render_bridge() {
  kubectl -n traefik get deployment/traefik -o yaml |
    sed -E -e '/^status:/,$d' -e '/^  (uid|resourceVersion|generation|creationTimestamp):/d' \
      -e '/hostPort:|tracking-id:/d' -e "s/^  name: traefik$/  name: $BRIDGE/" \
      -e "s|(app.kubernetes.io/name: )traefik$|\1$BRIDGE|" \
      -e 's/port: ping$/port: web/' |
    awk '{ print } sub(/--ping=true$/, "--ping.entrypoint=web") { print }'
}

bridge_service() {
  cat <<YAML
apiVersion: v1
kind: Service
metadata: {name: $BRIDGE, namespace: traefik}
spec:
  type: LoadBalancer
  loadBalancerClass: platform/bridge # nobody else gives it an address
  allocateLoadBalancerNodePorts: false
  selector: {app.kubernetes.io/name: $BRIDGE}
  ports:
    - {name: web, port: 80, targetPort: web}
    - {name: websecure, port: 443, targetPort: websecure}
YAML
}

# within SECONDS COMMAND...: it succeeds before they are over
within() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.2
  done
}

is_bridge_asked() {
  [ "$(curl -s --noproxy '*' --max-time 2 "http://$bridged/ping")" = OK ]
}

# is_routed_by DEPLOYMENT: it knows the way to each environment's pods, which takes it a second
is_routed_by() {
  local hosts host
  hosts=$(kubectl get ingresses -A -l "app.kubernetes.io/name=$NAME" --no-headers \
    -o 'custom-columns=HOST:.spec.rules[0].host')
  forward traefik "deployment/$1" web 5 || return 1
  for host in $hosts; do
    within 30 answers_with_200 "$host" || return 1
  done
  stop_last_forward
}

answers_with_200() {
  curl -sf -o /dev/null --noproxy '*' --max-time 2 --connect-to "$1:80:$forwarded" "http://$1/"
}

# Argo CD has brought what main has; what stood before is also Synced, with the commit before.
is_platform_synced() {
  [ "$(columns argocd application/platform "$SYNC_COLUMNS" | tr -s ' ')" = \
    "Synced $(git rev-parse cluster/main) Succeeded" ]
}

successor_answers() {
  within 120 is_platform_synced &&
    kubectl -n traefik rollout status deployment/traefik --timeout=120s >/dev/null &&
    is_routed_by traefik
}

end_bridge() {
  [ -n "$bridged" ] || return 0
  if ! successor_answers; then
    say "the ingress controller's successor does not answer yet"
  fi
  remove_bridge
}

# First what leads to it, then itself.
remove_bridge() {
  [ -n "$bridged" ] || return 0
  kubectl -n traefik delete --ignore-not-found "service/$BRIDGE" >/dev/null || true
  within 20 is_not_asked || true
  kubectl -n traefik delete --ignore-not-found "deployment/$BRIDGE" >/dev/null || true
  bridged=''
}

is_not_asked() { ! is_bridge_asked; }
