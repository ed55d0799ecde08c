# shellcheck shell=bash disable=SC2034
# What the lab is made of, for the scripts beside this file. Every version has its home elsewhere
# (mise.toml, a manifest, a go.mod) and is read from there.
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
lab=$top/lab
LAB_HOME=${LAB_HOME:-/var/cache/minikube-lab}
node=$LAB_HOME/node
bin=$LAB_HOME/bin
work=$LAB_HOME/work
HOST_IP=198.18.78.1 # of the range that is set aside for tests of networks, RFC 2544
NODE_IP=198.18.78.2
IMAGES=$NODE_IP:5001 # the node's registry, which stands for all others

say() {
  printf 'lab: %s\n' "$*"
}
# die WHAT [NEXT STEP]
die() {
  printf 'lab: %s\n' "$1" >&2
  [ -z "${2:-}" ] || printf '  next: %s\n' "$2" >&2
  exit 1
}

# has_image NAME:TAG: whether the registry of the lab has it
has_image() {
  [ -d "$LAB_HOME/registry/docker/registry/v2/repositories/${1%:*}/_manifests/tags/${1##*:}" ]
}
# tool NAME: its version in mise.toml
tool() {
  sed -n "s/^$1 = \"\(.*\)\"/\1/p" "$top/mise.toml"
}
# tag IMAGE FILE: the tag with which a manifest names an image
tag() {
  sed -n "s|.*$1:\([^@\" ]*\).*|\1|p" "$top/$2" | head -n 1
}
# module PATH: its version in the companions' go.mod, where a replacement comes last
module() {
  sed -nE "s#^(	|replace )$1 (=> $1 )?v([^ ]*).*#\3#p" "$lab/src/companions/go.mod" | tail -n 1
}

KUBERNETES=${KUBERNETES:-$(tool kubectl)}
KUBERNETES=${KUBERNETES#v}
MINIKUBE=$(tool minikube)
HELM=$(tool helm)
ARGOCD=$(tool argocd)
TRAEFIK=$(tag docker.io/library/traefik gitops/platform/deployment.yaml)
TRAEFIK=${TRAEFIK#v}
REGISTRY=$(tag docker.io/library/registry local/registry.yaml)
CURL=$(tag curlimages/curl gitops/chart/templates/tests/greeting.yaml)
BASE=$(sed -n 's|.*<image.base>\([^@<]*\).*|\1|p' "$top/service/pom.xml" | head -n 1)
JAVA_BASE=$(sed -n 's|.*<image.java.base>\([^@<]*\).*|\1|p' "$top/service/pom.xml" | head -n 1)
STORAGE_PROVISIONER=v5 # as minikube's own Makefile says
BUSYBOX=1.37.0         # a shell for a pod that tries something

if [ "$(stat -fc %T /sys/fs/cgroup 2>/dev/null)" = cgroup2fs ]; then
  CGROUP_VERSION=2
  CGROUPS="cpuset cpu io memory pids"
else
  CGROUP_VERSION=1
  CGROUPS="cpu cpuacct cpuset memory devices freezer blkio pids"
fi

# pinned: each image that the project names by digest, as `name:tag name@digest`. No local build has
# that digest: the lab builds name:tag, and the node is given it as name@digest.
pinned() {
  local image='[a-z0-9./-]+:[A-Za-z0-9._-]+@sha256:[0-9a-f]{64}'
  {
    grep -rhoE "$image" "$top"/{argocd,gitops,local} || true
    kustomized "$top/argocd/install/kustomization.yaml"
  } | sed -E 's|^([^:]+):([^@]+)@(.*)|\1:\2 \1@\3|' | sort -u
}
# kustomized FILE: the images that a kustomization gives a digest, as name:tag@digest
kustomized() {
  awk '
    function show() {
      if (name && digest) print name ":" tag "@" digest
      name = tag = digest = ""
    }
    { gsub(/["\047]/, "") }
    $1 == "-" { show() }
    $1 == "-" && $2 == "name:" { name = $3 }
    $1 == "newName:" { name = $2 }
    $1 == "newTag:" { tag = $2 }
    $1 == "digest:" { digest = $2 }
    END { show() }' "$1"
}
