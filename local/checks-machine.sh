# shellcheck shell=bash disable=SC2153
# The checks of this machine: tools, Java, disk, what minikube is to run in. Sourced by doctor, up.
TOOLS='git make curl mvn minikube kubectl helm argocd'
CPUS=2
DISK=10 # GB, for what minikube downloads and keeps

# first_version: the first on standard input, which is a tool's own words
first_version() { grep -oE '[0-9]+\.[0-9]+[0-9.]*' | head -n 1; }

# tested_version PROGRAM: what mise.toml pins; nothing for what it does not bring
tested_version() {
  local name=${1/#mvn/maven}
  sed -n "s/^$name = \"\(.*\)\"/\1/p" mise.toml
}

# is_older VERSION TESTED: by major and minor number; a patch is no matter
is_older() {
  local major minor tested_major tested_minor _
  IFS=. read -r major minor _ <<<"$1"
  IFS=. read -r tested_major tested_minor _ <<<"$2"
  [ "$major" -lt "$tested_major" ] ||
    [[ "$major" -eq "$tested_major" && "${minor:-0}" -lt "$tested_minor" ]]
}

check_tools() {
  local program
  for program in $TOOLS; do
    check_tool "$program"
  done
}

# check_tool PROGRAM
check_tool() {
  local version tested
  if ! type -P "$1" >/dev/null; then
    no "$1" "'$1' is not installed" "$(way_to_install "$1")"
    return
  fi
  [ -z "$only_faults" ] || return 0 # an old one is no fault, and asking takes its time
  version=$(says_its_version "$1" 2>/dev/null | first_version || true)
  tested=$(tested_version "$1")
  if [ -n "$tested" ] && is_older "${version:-0.0}" "$tested"; then
    note "$1" "${version:-of no known version}, tested with $tested" "mise install brings $tested"
  else
    ok "$1" "$version"
  fi
}

# says_its_version PROGRAM
says_its_version() {
  case $1 in
    minikube | helm) env "$1" version --short ;;
    kubectl) env kubectl version --client ;;
    argocd) env argocd version --client --short ;;
    mvn) MAVEN_OPTS='' env mvn --version ;; # the Makefile's are for a JDK 25, not for any java
    *) env "$1" --version ;;
  esac
}

# way_to_install PROGRAM
way_to_install() {
  if [ "$1" = minikube ]; then
    echo "mise install brings it; $LAB_HINT"
  elif [ -n "$(tested_version "$1")" ]; then
    echo 'mise install brings it (mise.toml names the version)'
  else
    echo "install it with this system's package manager"
  fi
}

check_java() {
  local home
  if home=$(service/jdk 2>&1); then
    ok java "$(sed -n 's/^JAVA_VERSION="\(.*\)"/\1/p' "$home/release") in $home"
  else
    no java "${home%%:*}" "${home#*: }"
  fi
}

# What minikube can run in, where it does not run yet.
check_driver() {
  local program
  if [ -n "${MINIKUBE_DRIVER:-}" ]; then
    ok driver "$MINIKUBE_DRIVER, as MINIKUBE_DRIVER says"
    return
  fi
  for program in docker podman vfkit virsh VBoxManage qemu-system-x86_64 qemu-system-aarch64; do
    if type -P "$program" >/dev/null; then
      check_engine "$program"
      return
    fi
  done
  no driver "there is no container engine and no hypervisor" "install one; $LAB_HINT"
}

# check_engine PROGRAM: an engine may be installed, and not run
check_engine() {
  if [ "$1" != docker ] || docker info >/dev/null 2>&1; then
    ok driver "$1"
  else
    no driver "docker is installed, and does not answer you" \
      "start it (docker info says what it lacks), or set MINIKUBE_DRIVER to another one"
  fi
}

check_machine() {
  local cpus memory wanted=${MINIKUBE_MEMORY:-$MEMORY}
  cpus=$(getconf _NPROCESSORS_ONLN)
  memory=$(machine_memory)
  if [ "$cpus" -lt "$CPUS" ] || [ "$memory" -lt "$wanted" ]; then
    no machine "$cpus CPUs, $memory MB; minikube is to get $CPUS and $wanted MB" \
      "make up MINIKUBE_MEMORY=…, 3072 at the least, on a machine of $CPUS CPUs or more"
  else
    ok machine "$cpus CPUs, $memory MB"
  fi
}

machine_memory() {
  if [ -r /proc/meminfo ]; then
    awk '/^MemTotal:/ { print int($2 / 1024) }' /proc/meminfo
  else
    sysctl -n hw.memsize | awk '{ print int($1 / 1048576) }'
  fi
}

check_disk() {
  local free
  free=$(df -Pk "$HOME" | awk 'NR == 2 { print int($4 / 1000000) }')
  if [ "$free" -ge "$DISK" ]; then
    ok disk "$free GB free"
  elif is_minikube_up; then
    note disk "$free GB free" "make room: the node evicts pods and images where too little is free"
  else
    no disk "$free GB free, minikube wants $DISK" "make room in $HOME"
  fi
}
