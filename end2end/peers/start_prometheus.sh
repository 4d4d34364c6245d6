#!/usr/bin/env bash
# Starts Debian's Prometheus and node_exporter on loopback, without a service manager, and prints the server's address. About 0.5 s
# when installed. stop_prometheus.sh with the same folder ends both.
#
# $PROMETHEUS_ROOT      folder for everything, else one for temporary files
# $PROMETHEUS_PORT      port of the server (19090); $NODE_EXPORTER_PORT that of node_exporter (19100)
# $PROMETHEUS_TLS=1     https, with a certificate of its own: tls.crt in the folder
# $PROMETHEUS_AUTH=1    wants the user prom with the password secret (Basic)
# $PROMETHEUS_PREFIX    path that everything stands under, for example /prometheus
# $PROMETHEUS_JOBS      jobs that scrape node_exporter, by default "node"; with two of them it is scraped twice
# $PROMETHEUS_HISTORY   files in the OpenMetrics format, each taken in before the server starts
set -euo pipefail
root=${PROMETHEUS_ROOT:-${TMPDIR:-/tmp}/iroa-peers/prometheus}
port=${PROMETHEUS_PORT:-19090}
node_port=${NODE_EXPORTER_PORT:-19100}
scheme=http
[ "${PROMETHEUS_TLS:-}" = 1 ] && scheme=https
mkdir -p "$root/data" "$root/run"

lock=${TMPDIR:-/tmp}/iroa-peers/prometheus.lock
mkdir -p "$(dirname "$lock")"
exec 9>"$lock"
flock 9
if ! command -v prometheus >/dev/null || ! command -v promtool >/dev/null || ! command -v prometheus-node-exporter >/dev/null; then
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || {
    echo "Prometheus needs the packages prometheus and prometheus-node-exporter" >&2
    exit 1
  }
  # Run level 1 keeps the packages' services from starting.
  {
    apt-get update -qq || true
    RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends \
      prometheus prometheus-node-exporter
  } >&2
fi
exec 9>&-

{
  echo 'global: {scrape_interval: 1s, evaluation_interval: 1s}'
  echo 'scrape_configs:'
  for job in ${PROMETHEUS_JOBS-node}; do
    echo "  - {job_name: '$job', static_configs: [{targets: ['127.0.0.1:$node_port']}]}"
  done
} >"$root/prometheus.yml"
: >"$root/web.yml"
if [ "$scheme" = https ]; then
  if [ ! -s "$root/tls.crt" ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
      -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' -keyout "$root/tls.key" -out "$root/tls.crt" 2>/dev/null
  fi
  printf 'tls_server_config: {cert_file: tls.crt, key_file: tls.key}\n' >>"$root/web.yml"
fi
if [ "${PROMETHEUS_AUTH:-}" = 1 ]; then
  # bcrypt of "secret", at its lowest cost.
  printf 'basic_auth_users: {prom: "%s"}\n' '$2y$04$UOCTBY5Uj6B33mNTcuh3TeSMJ7wmNJPuheCF8YN2rymTCjxVLqgqy' >>"$root/web.yml"
fi

for history in ${PROMETHEUS_HISTORY:-}; do
  promtool tsdb create-blocks-from openmetrics --max-block-duration=486h -q "$history" "$root/data" >"$root/history.log"
done

runs() { [ -s "$root/run/$1.pid" ] && kill -0 "$(cat "$root/run/$1.pid")" 2>/dev/null; }
if ! runs node_exporter; then
  prometheus-node-exporter --web.listen-address="127.0.0.1:$node_port" >"$root/node_exporter.log" 2>&1 &
  echo $! >"$root/run/node_exporter.pid"
fi
if ! runs prometheus; then
  prometheus --config.file="$root/prometheus.yml" --web.config.file="$root/web.yml" --storage.tsdb.path="$root/data" \
    --storage.tsdb.retention.time=400d --web.listen-address="127.0.0.1:$port" --web.route-prefix="${PROMETHEUS_PREFIX:-/}" \
    >"$root/prometheus.log" 2>&1 &
  echo $! >"$root/run/prometheus.pid"
fi
# Ready is what it logs: asking it would take curl, and with credentials.
for _ in $(seq 300); do
  if grep -q 'Server is ready to receive web requests' "$root/prometheus.log" 2>/dev/null; then
    echo "$scheme://127.0.0.1:$port${PROMETHEUS_PREFIX:-}"
    exit 0
  fi
  runs prometheus || break
  sleep 0.1
done
echo "Prometheus did not start; its log ends so:" >&2
tail -n 5 "$root/prometheus.log" >&2
exit 1
