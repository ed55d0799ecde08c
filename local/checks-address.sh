# shellcheck shell=bash
# The checks of the way from this machine to the service: address, names, proxy. Sourced by doctor.
IP=''
node_answers=''

# One question for all, as no answer takes a second: sets node_answers.
ask_the_node() {
  ! answers "$IP:80" || node_answers=yes
}

check_address() {
  if [ -n "$node_answers" ]; then
    ok address "http://$IP/ answers"
  else
    note address "http://$IP/ does not answer; the scripts go through the API" \
      "for a browser: $(way_for_a_browser), and 127.0.0.1 in the hosts file"
  fi
}

way_for_a_browser() {
  if has_tunnel; then
    tunnel
  else
    ingress_forward
  fi
}

# hosts_file: where this machine's programs and browser look; that of Windows under WSL, too
hosts_file() {
  local file
  for file in "${HOSTS_FILE:-}" \
    /c/Windows/System32/drivers/etc/hosts /mnt/c/Windows/System32/drivers/etc/hosts; do
    if [ -f "$file" ]; then
      echo "$file"
      return
    fi
  done
  echo /etc/hosts
}

check_hosts() {
  local file host
  file=$(hosts_file)
  for host in $(hosts_of_environments); do
    check_host "$host" "$file"
  done
}

hosts_of_environments() {
  local folder
  for folder in gitops/environments/*/; do
    hosts_of "$(basename "$folder")"
  done
}

# hosts_of ENVIRONMENT: nothing where it is not installed yet
hosts_of() {
  columns "$NAME-$1" "ingress/$NAME" 'HOSTS:.spec.rules[*].host' | tr , ' '
}

# check_host HOST FILE
check_host() {
  local address
  address=$(address_in "$2" "$1")
  if [ -z "$address" ]; then
    note hosts "$1 has no line in $2" "$(way_to_add "$1" "$2")"
  elif [ "$address" = "$IP" ]; then
    ok hosts "$1 is $IP"
  elif [[ "$address" == 127.* || "$address" == ::1 ]] && [ -z "$node_answers" ]; then
    ok hosts "$1 is $address, which answers while minikube tunnel runs"
  else
    note hosts "$1 is $address in $2, and the node's address is $IP" \
      "write $IP there in place of $address"
  fi
}

# address_in FILE HOST: the file may have Windows' ends of lines
address_in() {
  tr -d '\r' <"$1" |
    awk -v host="$2" '
      { sub(/#.*/, "") }
      { for (i = 2; i <= NF; i++) if ($i == host) { print $1; exit } }'
}

# way_to_add HOST FILE
way_to_add() {
  local address=$IP
  [ -n "$node_answers" ] || address=127.0.0.1
  if [[ "$2" == *Windows* ]]; then
    printf '%s\n' "as administrator: '$address $1' to C:\Windows\System32\drivers\etc\hosts"
  else
    echo "echo '$address $1' | sudo tee -a $2"
  fi
}

# kubectl and curl obey these variables, and no proxy reaches an address of this machine.
check_proxy() {
  local proxy=${HTTPS_PROXY:-${https_proxy:-${HTTP_PROXY:-${http_proxy:-}}}} address
  local network=${IP:-192.168.49.2} # what minikube's Docker driver takes first
  if [ -z "$proxy" ]; then
    ok proxy none
    return
  fi
  for address in "$network" 127.0.0.1; do
    if ! is_excepted "$address"; then
      note proxy "set, and NO_PROXY lacks $address" \
        "export NO_PROXY=\$NO_PROXY,localhost,127.0.0.1,10.96.0.0/12,${network%.*}.0/24"
      return
    fi
  done
  ok proxy "set, and NO_PROXY leaves the cluster out"
}

# is_excepted ADDRESS: NO_PROXY has it, or a network that it is in
is_excepted() {
  local entry entries=${NO_PROXY:-${no_proxy:-}}
  for entry in ${entries//,/ }; do
    if [ "$entry" = "$1" ] || is_in_network "$1" "$entry"; then
      return 0
    fi
  done
  return 1
}

# is_in_network ADDRESS NETWORK: ADDRESS/BITS
is_in_network() {
  local bits=${2#*/}
  [[ "$2" =~ ^[0-9.]+/[0-9]+$ ]] || return 1
  [ $(($(number "$1") >> (32 - bits))) -eq $(($(number "${2%/*}") >> (32 - bits))) ]
}

# number ADDRESS
number() {
  local a b c d
  IFS=. read -r a b c d <<<"$1"
  echo $(((a << 24) + (b << 16) + (c << 8) + d))
}
