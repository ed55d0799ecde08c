# shellcheck shell=bash
# Shared by the workflows' scripts: the image's name on GitHub's registry, logging in there, and what a step hands on.
set -euo pipefail
die() {
  printf '%s: %s\n' "${0##*/}" "$1" >&2
  exit 1
}

[ -n "${GITHUB_REPOSITORY:-}" ] || die "GITHUB_REPOSITORY is not set (OWNER/NAME): this is run by a workflow"
# shellcheck disable=SC2034 # for the scripts that read this file
name=ghcr.io/$(tr '[:upper:]' '[:lower:]' <<<"$GITHUB_REPOSITORY") # registries know no capitals

login() {
  [ -n "${REGISTRY_TOKEN:-}" ] || die "REGISTRY_TOKEN is empty: the step has to give it"
  docker login ghcr.io --username "${GITHUB_ACTOR:-x}" --password-stdin <<<"$REGISTRY_TOKEN" >&2 ||
    die "the registry refused the log-in: has this job the permission for packages?"
}

# hand KEY VALUE: to later steps and jobs; and to whoever reads the log
hand() { echo "$1=$2" | tee -a "${GITHUB_OUTPUT:-/dev/null}"; }

is_digest() { [[ $1 =~ ^sha256:[0-9a-f]{64}$ ]]; }
