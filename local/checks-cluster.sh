# shellcheck shell=bash disable=SC2153
# The checks of the cluster, and of the way from this machine to it. Sourced by doctor.
SKEW=10 # seconds that a clock may be wrong; the API server tells the time in whole ones

check_minikube() {
  local driver state
  driver=$(driver)
  state=$(minikube -p "$CONTEXT" status -f '{{.Kubelet}} {{.Kubeconfig}}' 2>/dev/null || true)
  if [[ "$state" == *Misconfigured ]]; then
    no minikube "kubectl's configuration has an address of '$CONTEXT' from before" \
      "minikube -p $CONTEXT update-context"
  elif [[ "$state" == Running* ]]; then
    ok minikube "profile $CONTEXT runs, driver ${driver:-unknown}"
  else
    no minikube "the kubelet of '$CONTEXT' does not run ($state)" "minikube -p $CONTEXT start"
  fi
}

driver() {
  # shellcheck disable=SC2020 # each of the two characters becomes a new line
  minikube profile list --light -o json 2>/dev/null |
    tr '{,' '\n\n' |
    sed -n "/^\"Name\":\"$CONTEXT\"/,/^\"Driver\"/s/^\"Driver\":\"\([^\"]*\).*/\1/p" |
    head -n 1
}

# For a moment it may not, as on a laptop that has just woken up.
check_api() {
  local answer
  if answer=$(kubectl get --raw /readyz --request-timeout=5s 2>&1); then
    ok api "the API of '$CONTEXT' answers"
  else
    no api "the API of '$CONTEXT' does not answer: ${answer##*$'\n'}" \
      "again in a minute; then minikube -p $CONTEXT status, make up"
  fi
}

check_context() {
  local current here
  current=$(env kubectl config current-context 2>/dev/null || true)
  here=$(profile)
  if ! env kubectl config get-contexts -o name 2>/dev/null | grep -xF -- "$CONTEXT" >/dev/null; then
    no context "kubectl knows no context '$CONTEXT'" "minikube -p $CONTEXT update-context"
  elif [ "$here" != "$CONTEXT" ]; then
    note context "this clone's cluster is '$CONTEXT', minikube's current profile '$here'" \
      "minikube profile $CONTEXT; else make up brings the platform to '$here', too"
  elif [ "$current" != "$CONTEXT" ]; then
    note context "this clone's cluster is '$CONTEXT', kubectl alone asks '$current'" \
      "kubectl config use-context $CONTEXT, or kubectl --context $CONTEXT"
  else
    ok context "$CONTEXT"
  fi
}

check_node() {
  local cpus memory pressure
  read -r cpus memory pressure <<<"$(node_columns)"
  memory=$((${memory%Ki} / 1024))
  # What the kernel keeps for itself is missing in what the node says.
  if [ "$cpus" -lt "$CPUS" ] || [ "$memory" -lt $((MEMORY * 3 / 4)) ]; then
    note node "$cpus CPUs, $memory MB; tested with $CPUS and $MEMORY MB" \
      "make down, minikube delete, then make up with MINIKUBE_MEMORY=$MEMORY"
  elif [ "$pressure" != Ready ]; then
    no node "its conditions: $pressure" "kubectl --context $CONTEXT describe nodes"
  else
    ok node "$cpus CPUs, $memory MB, ready"
  fi
}

node_columns() {
  local columns='CPU:.status.capacity.cpu,MEMORY:.status.capacity.memory'
  columns=$columns,'TRUE:.status.conditions[?(@.status=="True")].type'
  kubectl get nodes --no-headers -o "custom-columns=$columns" | head -n 1
}

# A laptop that slept leaves the clock of a virtual machine behind, and then tokens and certificates
# are not valid yet.
check_clock() {
  local skew
  skew=$(skew)
  if [ -z "$skew" ]; then
    note clock "the API server does not tell the time" "minikube -p $CONTEXT ssh date"
  elif [ "${skew#-}" -gt "$SKEW" ]; then
    no clock "the node's is $skew s off this machine's" \
      "minikube -p $CONTEXT stop, then make up (it starts it)"
  else
    ok clock "within $SKEW s of the node's"
  fi
}

# The node's time less this machine's, in seconds; an API server tells it to everybody.
skew() {
  local date
  date=$(curl -ksI --max-time 2 "$(api_address)/readyz" | tr -d '\r' | sed -n 's/^[Dd]ate: //p')
  [ -z "$date" ] || echo $(($(epoch "$date") - $(date +%s)))
}

# epoch DATE: as HTTP writes it. GNU's date first, then BSD's.
epoch() {
  LC_ALL=C date -u -d "$1" +%s 2>/dev/null ||
    LC_ALL=C date -u -j -f '%a, %d %b %Y %H:%M:%S GMT' "$1" +%s
}

check_addons() {
  if is_ready kube-system metrics-server; then
    ok addons metrics-server
  else
    no addons "metrics-server is not ready ($(readiness kube-system metrics-server))" \
      "minikube -p $CONTEXT addons enable metrics-server"
  fi
}

# A pod that is not ours and wants the ingress controller's port keeps it from starting.
check_ports() {
  local columns='NAMESPACE:.metadata.namespace,NAME:.metadata.name' taken
  columns=$columns,'PORTS:.spec.containers[*].ports[*].hostPort'
  taken=$(kubectl get pods -A --no-headers -o "custom-columns=$columns" |
    awk '$1 != "traefik" && "," $3 "," ~ /,(80|443),/ { print $1 "/" $2 }' | head -n 1)
  if [ -n "$taken" ]; then
    no ports "the pod $taken has the node's 80 or 443" \
      "take it away; if it is minikube's: minikube -p $CONTEXT addons disable ingress"
  else
    ok ports "80 and 443 of the node are the ingress controller's"
  fi
  check_ui_port
}

check_ui_port() {
  local port
  port=$(ui_port)
  if is_taken "$port"; then
    note ui "port $port of this machine is taken" "make ui PORT=9443"
  else
    ok ui "port $port is free"
  fi
}
