#!/usr/bin/env bash
# Ends what start_prometheus.sh started in $PROMETHEUS_ROOT, and waits until it has ended.
set -euo pipefail
root=${PROMETHEUS_ROOT:-${TMPDIR:-/tmp}/iroa-peers/prometheus}
for file in "$root"/run/*.pid; do
  [ -s "$file" ] || continue
  process=$(cat "$file")
  kill "$process" 2>/dev/null || true
  for _ in $(seq 100); do
    kill -0 "$process" 2>/dev/null || break
    sleep 0.1
  done
  rm -f "$file"
done
