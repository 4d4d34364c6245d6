#!/usr/bin/env bash
# Installs what the WinRM peer and its reference client need (pyspnego, pywinrm) into a virtual environment, and prints the path of
# its Python. About 10 s from nothing. Where it goes: $WINRM_ROOT, else a folder for temporary files. Several callers at once wait
# for one installation.
set -euo pipefail
packages=(pyspnego==0.12.4 pywinrm==0.5.0)
root=${WINRM_ROOT:-${TMPDIR:-/tmp}/iroa-peers/winrm}
mkdir -p "$root"
exec 9>"$root/lock"
flock 9
if [ "$(cat "$root/installed" 2>/dev/null || true)" != "${packages[*]}" ]; then
  rm -rf "$root/venv"
  {
    python3 -m venv "$root/venv" || {
      [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || {
        echo "the WinRM peer needs python3 with venv" >&2
        exit 1
      }
      apt-get update -qq || true
      DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends python3-venv
      python3 -m venv "$root/venv"
    }
    "$root/venv/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}"
  } >&2
  echo "${packages[*]}" >"$root/installed"
fi
echo "$root/venv/bin/python"
