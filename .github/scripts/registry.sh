# shellcheck shell=bash
# Shared by the workflows' scripts: the image's name on GitHub's registry, the log-in, step outputs.
set -euo pipefail

die() {
  printf '%s: %s\n' "${0##*/}" "$1" >&2
  exit 1
}

[ -n "${GITHUB_REPOSITORY:-}" ] ||
  die "GITHUB_REPOSITORY is not set (OWNER/NAME): this is run by a workflow"
REGISTRY=ghcr.io
# Registries know no capitals.
# shellcheck disable=SC2034 # for the scripts that read this file
name=$REGISTRY/$(tr '[:upper:]' '[:lower:]' <<<"$GITHUB_REPOSITORY")

login() {
  [ -n "${REGISTRY_TOKEN:-}" ] || die "REGISTRY_TOKEN is empty: the step has to give it"
  docker login "$REGISTRY" --username "${GITHUB_ACTOR:-x}" --password-stdin \
    <<<"$REGISTRY_TOKEN" >&2 ||
    die "the registry refused the log-in: has this job the permission for packages?"
}

# set_output KEY VALUE: for later steps and jobs, and in the log for people
set_output() { echo "$1=$2" | tee -a "${GITHUB_OUTPUT:-/dev/null}"; }

is_digest() { [[ $1 =~ ^sha256:[0-9a-f]{64}$ ]]; }
