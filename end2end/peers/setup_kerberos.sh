#!/usr/bin/env bash
# Installs what a Kerberos realm on this machine needs (MIT's key distribution center) and, into a virtual environment, pyspnego with
# its Kerberos extra; prints the path of that Python. About 3 minutes from nothing: two packages are compiled. Where it goes:
# $KERBEROS_ROOT, else a folder for temporary files.
set -euo pipefail
packages=("pyspnego[kerberos]==0.12.4")
root=${KERBEROS_ROOT:-${TMPDIR:-/tmp}/iroa-peers/kerberos}
mkdir -p "$root"
exec 9>"$root/lock"
flock 9
if [ ! -x /usr/sbin/krb5kdc ] || [ ! -x /usr/sbin/kadmin.local ] || ! command -v krb5-config >/dev/null || ! command -v gcc >/dev/null; then
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || {
    echo "the Kerberos peer needs the packages krb5-kdc, krb5-admin-server, libkrb5-dev and gcc" >&2
    exit 1
  }
  {
    apt-get update -qq || true
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends \
      krb5-kdc krb5-admin-server libkrb5-dev gcc python3-venv
  } >&2
fi
if [ "$(cat "$root/installed" 2>/dev/null || true)" != "${packages[*]}" ]; then
  rm -rf "$root/venv"
  { python3 -m venv "$root/venv" && "$root/venv/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}"; } >&2
  echo "${packages[*]}" >"$root/installed"
fi
echo "$root/venv/bin/python"
