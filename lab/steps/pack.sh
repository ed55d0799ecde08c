# shellcheck shell=bash
# Packs programs into images in the storage of a registry, LAB_HOME/registry, each below a folder
# named after its own registry. Sourced by the steps that say which images there are.
# BASE_PATH is what every image has as PATH.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
BASE_PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export OTEL_TRACES_EXPORTER=none BUILDAH_FORMAT=oci
export CONTAINERS_STORAGE_CONF=$work/containers/storage.conf
umask 022

# open_registry NAMES: starts the one registry that may write; the names that are pushed go to the
# file NAMES, so that what no step pushes any more can be pruned
open_registry() {
  names=$1
  writer=127.0.0.1:$(shuf -i 20000-30000 -n 1)
  rm -rf "$work/containers" "$work/layers"
  mkdir -p "$LAB_HOME/registry" "$work/containers" "$work/layers"
  : >"$names"
  cat >"$work/registry.yaml" <<END
version: 0.1
log: {level: warn}
storage:
  filesystem: {rootdirectory: $LAB_HOME/registry}
  delete: {enabled: true}
http: {addr: "$writer"}
END
  cat >"$CONTAINERS_STORAGE_CONF" <<END
[storage]
driver = "vfs"
graphroot = "$work/containers/root"
runroot = "$work/containers/run"
END
  "$bin/registry" serve "$work/registry.yaml" &
  process=$!
  trap 'kill "$process"' EXIT
  curl -s --noproxy '*' --retry 30 --retry-delay 1 --retry-connrefused "http://$writer/v2/"
}
close_registry() {
  trap - EXIT
  kill "$process"
  wait "$process" || true
  rm -rf "$work/containers" "$work/layers"
}
# prune NAMES...: what is in none of these files goes, and whatever only that needed
prune() {
  local repositories=$LAB_HOME/registry/docker/registry/v2/repositories tag image
  find "$repositories" -path '*/_manifests/tags/*' -prune -print | while read -r tag; do
    image=${tag#"$repositories"/}
    image=${image/\/_manifests\/tags\//:}
    grep -qxF "$image" "$@" || rm -rf "$tag"
  done
  "$bin/registry" garbage-collect -m "$work/registry.yaml" >/dev/null
}

# layer NAME: an empty folder, which becomes a layer
layer() {
  rm -rf "$work/layers/$1"
  mkdir -p "$work/layers/$1"
  echo "$work/layers/$1"
}
# put FILE LAYER/PATH: a link to the file, with the folders above it
put() {
  mkdir -p "$(dirname "$2")"
  cp -al "$1" "$2"
}
# image FROM LAYER [OPTION OF BUILDAH CONFIG...] -- NAME...: pushes LAYER upon FROM under each NAME;
# localhost/... is not pushed, it is there to be built upon
image() {
  local from=$1 layer=$2 options=() container name
  shift 2
  while [ "$1" != -- ]; do
    options+=("$1")
    shift
  done
  shift
  container=$(buildah from --tls-verify=false "$from")
  add_files "$container" "$layer"
  buildah config --cmd '' --env "PATH=$BASE_PATH" "${options[@]}" "$container"
  buildah commit -q --rm "$container" localhost/packed >/dev/null
  for name in "$@"; do
    push "$name"
  done
}
# add_files CONTAINER LAYER: by a tar, which keeps owners; the same files make the same layer
add_files() {
  [ -n "$(ls -A "$2")" ] || return 0
  tar -C "$2" --sort=name --mtime=@1 -cf "$2.tar" .
  buildah add -q "$1" "$2.tar" / >/dev/null
  rm "$2.tar"
}
push() {
  case $1 in
    localhost/*)
      buildah tag localhost/packed "$1"
      return
      ;;
  esac
  buildah push -q --tls-verify=false localhost/packed "docker://$writer/$1"
  echo "$1" | tee -a "$names"
}
# companions_layer: our own program under the names it is called by; one layer for all
companions_layer() {
  local folder name
  folder=$(layer companions)
  cp -l "$bin/companions" "$folder"
  for name in coredns metrics-server storage-provisioner; do
    ln -s companions "$folder/$name"
  done
  echo "$folder"
}
# wanted_by_kubeadm NAME: which tag this Kubernetes asks for
wanted_by_kubeadm() {
  sed -n "s/^$1=//p" "$work/kubeadm.images"
}
