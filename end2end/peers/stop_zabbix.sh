#!/usr/bin/env bash
# Stops what start_zabbix.sh has started, by the process ids that it wrote down; WIPE=1 also removes its folder.
set -euo pipefail
root=${ZABBIX_ROOT:-${TMPDIR:-/tmp}/iroa-peers/zabbix}
[ -d "$root/run" ] || exit 0
# LOCKED=1: the caller holds the lock already.
[ "${LOCKED:-}" = 1 ] || {
  exec 9>"$root/lock"
  flock 9
}

# A process id may belong to another program after a crash: the command line tells.
ours() { tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null | grep -q -F "$root"; }
stop() {
  local pid
  pid=$(head -n 1 "$root/run/$1.pid" 2>/dev/null) || return 0
  if [ -n "$pid" ] && [ "$pid" != $$ ] && ours "$pid"; then
    # PHP's server leaves its workers behind.
    local workers
    workers=$(ps -o pid= --ppid "$pid" || true)
    # SIGINT is PostgreSQL's way of ending without waiting for its clients.
    if [ "$1" = postgres ]; then kill -INT "$pid"; else kill "$pid"; fi
    [ "$1" != web ] || kill $workers 2>/dev/null || true
    for _ in $(seq 200); do
      ours "$pid" || break
      sleep 0.1
    done
  fi
  rm -f "$root/run/$1.pid"
}
for name in linger web agent server postgres; do stop "$name"; done
[ "${WIPE:-}" != 1 ] || rm -rf "$root"
