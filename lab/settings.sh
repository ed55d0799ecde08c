# shellcheck shell=bash disable=SC2034
# What the lab is made of. Every version has its home elsewhere: in the tools file, in a manifest, in a go.mod; here it is read.
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd) lab=$top/lab
tool() { sed -n "s/^$1 = \"\(.*\)\"/\1/p" "$top/mise.toml"; }                                               # tool NAME
tag() { sed -n "s|.*$1:\([^\" ]*\).*|\1|p" "$top/$2" | head -n 1; }                                         # tag IMAGE FILE
module() { sed -nE "s#^(	|replace )$1 (=> $1 )?v([^ ]*).*#\3#p" "$lab/src/companions/go.mod" | tail -n 1; } # module PATH: its version

KUBERNETES=${KUBERNETES:-$(tool kubectl)}
KUBERNETES=${KUBERNETES#v}
MINIKUBE=$(tool minikube) HELM=$(tool helm) ARGOCD=$(tool argocd)
TRAEFIK=$(tag docker.io/library/traefik gitops/platform/deployment.yaml)
TRAEFIK=${TRAEFIK#v}
CURL=$(tag curlimages/curl gitops/charts/hello/templates/tests/greeting.yaml)
REGISTRY=$(tag docker.io/library/registry local/registry.yaml)
BASE=$(sed -n 's/.*String BASE = "\(.*\)";/\1/p' "$top/service/src/image/Stage.java")
STORAGE_PROVISIONER=v5 # as minikube's own Makefile says
BUSYBOX=1.37.0         # a shell for a pod that tries something

LAB_HOME=${LAB_HOME:-/var/cache/minikube-lab}
HOST_IP=198.18.78.1 NODE_IP=198.18.78.2 # of the range that is set aside for tests of networks, RFC 2544
IMAGES=$NODE_IP:5001                    # the registry that stands for all others
if [ "$(stat -fc %T /sys/fs/cgroup 2>/dev/null)" = cgroup2fs ]; then
  CGROUP_VERSION=2 CGROUPS="cpuset cpu io memory pids"
else CGROUP_VERSION=1 CGROUPS="cpu cpuacct cpuset memory devices freezer blkio pids"; fi
node=$LAB_HOME/node bin=$LAB_HOME/bin work=$LAB_HOME/work

say() { printf 'lab: %s\n' "$*"; }
# die WHAT [NEXT STEP]
die() {
  printf 'lab: %s\n' "$1" >&2
  [ -z "${2:-}" ] || printf '  next: %s\n' "$2" >&2
  exit 1
}
