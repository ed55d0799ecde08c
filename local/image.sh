# shellcheck shell=bash disable=SC2034,SC2153,SC2154
# The image of the current commit, built and pushed. Sourced by deploy and preview, which set `tag`.
registry=''

# Sets `registry` to the in-cluster registry's address on this machine.
reach_registry() {
  forward registry deployment/registry 5050 10 ||
    die "the registry in the cluster cannot be reached: $refusal" \
      "make up (it repairs the registry), then again"
  registry=localhost:${forwarded##*:}
}

# A forward that breaks while it is used comes back within a second, and jib does not wait for that.
push_image() {
  local more
  for more in 2 1 0; do
    service/image "$1" && return 0
    [ "$more" != 0 ] || return 1
    way_broke || return 1
    say "the way to the registry broke; once more"
  done
}

# way_broke: jib lost the registry while it built; the registry itself refused nothing
way_broke() {
  local lost="Connect to $registry .* failed|$registry failed to respond"
  lost+="|I/O error for image \[$registry/"
  grep -qE "$lost" <service/target/image.log
}

# Sets `digest` to that of the image of HEAD, which is `tag` for short.
build_image() {
  local name=$IMAGE
  if is_local; then
    reach_registry
    name=$registry/$NAME
  fi
  say "building the image of commit $tag: $(git log -1 --format=%s)"
  push_image "$name:$tag" ||
    die "the image was not built or not pushed; nothing was deployed" \
      "read the message above, then make $(basename "$0") again"
  digest=$(cat service/target/jib-image.digest)
}
