# shellcheck shell=bash
# new-repository.sh NAME: makes the repository of a service, unless it is there. Run by `make up` in
# the pod of the git server.
set -eu
repository=/git/$1.git
[ -d "$repository" ] || git init -q --bare -b main "$repository"
cd "$repository"
# Nothing that was pushed may be lost by a push, and a shallow clone may push.
git config receive.denyNonFastForwards true
git config receive.denyDeletes true
git config receive.shallowUpdate true
# What breaks git's rules, or is made to harm those who clone it, does not get in.
git config transfer.fsckObjects true
# A push leaves small files. Past some hundreds git packs them, while the push waits: what goes on
# behind it would be cut off with the pod.
git config gc.auto 512
git config gc.autoDetach false
