# shellcheck shell=bash disable=SC2034
# Ways into the cluster over the Kubernetes API, held open for as long as the script runs. Sourced
# by lib.sh.
FORWARDERS=''
trap stop_forwarding EXIT

# forward NAMESPACE WORKLOAD PORT SECONDS [HERE]: opens one on the port HERE, or a free one, of this
# machine's loopback. Sets `forwarded` to its address; where there is none after SECONDS, `refusal`
# to what kubectl said, and nothing is left of it.
forward() {
  local log port _
  log=$(mktemp)
  keep_forwarding "$1" "$2" "$3" "${5:-}" &
  FORWARDERS="$FORWARDERS $!"
  for _ in $(seq $(($4 * 10))); do
    port=$(forwarded_port)
    if [ -n "$port" ]; then
      forwarded=127.0.0.1:$port
      return 0
    fi
    sleep 0.1
  done
  refusal=$(tail -n 3 "$log")
  stop_last_forward
  return 1
}

# kubectl ends a forward whose stream broke, as it does on a machine that is busy building: then
# there is a new one at the same port, unless the script was killed and could stop nothing.
keep_forwarding() {
  local port=$4 process=''
  trap 'end_forwarding "$process"' INT TERM
  while kill -0 "$$" 2>/dev/null; do
    env kubectl --context "$CONTEXT" -n "$1" port-forward "$2" "$port:$3" >>"$log" 2>&1 &
    process=$!
    wait "$process" || true
    port=${4:-$(forwarded_port)}
    sleep 0.2
  done
  rm -f "$log"
}

# end_forwarding PROCESS
end_forwarding() {
  kill "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
  rm -f "$log"
  exit
}

forwarded_port() {
  sed -n 's/^Forwarding from 127.0.0.1:\([0-9]*\) .*/\1/p' "$log" | head -n 1
}

stop_last_forward() {
  local process=${FORWARDERS##* }
  FORWARDERS=${FORWARDERS% *}
  kill "$process" 2>/dev/null || true
  wait "$process" 2>/dev/null || true
}

stop_forwarding() {
  while [ -n "$FORWARDERS" ]; do
    stop_last_forward
  done
}
