#!/usr/bin/env bash
# Builds vcsim, VMware's vCenter simulator, from Debian's packages alone, and prints the program's path. About 30 s from nothing.
# Where it goes: $VCSIM_ROOT, else a folder for temporary files. Several callers at once wait for one build.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=${VCSIM_ROOT:-${TMPDIR:-/tmp}/iroa-peers/vcsim}
library=/usr/share/gocode/src/github.com/vmware/govmomi
mkdir -p "$root"
exec 9>"$root/lock"
flock 9
if [ ! -x "$root/vcsim" ] || [ "$here/vcsim/main.go" -nt "$root/vcsim" ]; then
  if ! command -v go >/dev/null || [ ! -d "$library" ]; then
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || {
      echo "vcsim needs the packages golang-go and golang-github-vmware-govmomi-dev" >&2
      exit 1
    }
    {
      apt-get update -qq || true
      DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends \
        golang-go golang-github-vmware-govmomi-dev
    } >&2
  fi
  mkdir -p "$root/gopath/src/vcsim"
  cp "$here/vcsim/main.go" "$root/gopath/src/vcsim/"
  GOFLAGS='' GO111MODULE=off GOPROXY=off GOCACHE="$root/cache" GOPATH="$root/gopath:/usr/share/gocode" go build -o "$root/vcsim.new" vcsim >&2
  mv "$root/vcsim.new" "$root/vcsim"
fi
echo "$root/vcsim"
