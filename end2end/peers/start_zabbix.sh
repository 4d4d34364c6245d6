#!/usr/bin/env bash
# Starts a Zabbix of its own from Debian's packages (server, agent, web interface with the API, PostgreSQL) on loopback, without a
# service manager, and prints four lines: the API's address, and the ports of the trapper, of PostgreSQL and of the agent. About 40 s
# from nothing, under a second where it runs already. Sign-in: Admin / zabbix; PostgreSQL: zabbix / zabbix, database zabbix.
#
# Where it lives: $ZABBIX_ROOT, else a folder for temporary files. Several callers at once wait for one start. Whoever uses it holds a
# shared lock on the file `use` in that folder; a minute after the last one has let go, it stops by itself (see linger below), and
# keeps its database for the next start. stop_zabbix.sh stops it at once.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=${ZABBIX_ROOT:-${TMPDIR:-/tmp}/iroa-peers/zabbix}
schema=/usr/share/zabbix-server-pgsql
packages=(zabbix-server-pgsql zabbix-frontend-php zabbix-agent postgresql php-cli php-pgsql php-gd php-xml php-bcmath php-mbstring php-curl curl)

fail() {
  echo "zabbix: $*" >&2
  exit 1
}
# Runs a command as another user where this is root: PostgreSQL refuses root, and Zabbix would change to a user of its own.
as() {
  local user=$1
  shift
  if [ "$(id -u)" = 0 ]; then
    exec setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups env HOME="$root" "$@"
  else
    exec "$@"
  fi
}
# A process id may belong to another program after a crash: the command line tells.
alive() {
  local pid
  pid=$(head -n 1 "$root/run/$1.pid" 2>/dev/null) || return 1
  [ -n "$pid" ] && tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q -F "$root"
}
soon() {
  for _ in $(seq 600); do
    "$@" >/dev/null 2>&1 && return 0
    sleep 0.1
  done
  return 1
}
answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
port() { sed -n "s/^$1=//p" "$root/ports"; }
query() { PGCONNECT_TIMEOUT=5 psql -X -q -At -h 127.0.0.1 -p "$(port postgres)" -v ON_ERROR_STOP=1 "$@"; }
version() {
  curl -fsS --max-time 5 -H 'Content-Type: application/json-rpc' \
    -d '{"jsonrpc":"2.0","method":"apiinfo.version","params":{},"id":1}' "http://127.0.0.1:$(port web)/api_jsonrpc.php" | grep -q '"result"'
}
installed() {
  [ -x /usr/sbin/zabbix_server ] && [ -x /usr/sbin/zabbix_agentd ] && [ -f /usr/share/zabbix/api_jsonrpc.php ] && [ -f "$schema/schema.sql.gz" ] &&
    command -v curl >/dev/null && php -r 'exit(extension_loaded("pgsql") && extension_loaded("gd") && extension_loaded("bcmath") ? 0 : 1);' 2>/dev/null
}

mkdir -p "$root/run" "$root/log"
chmod 755 "$root"
chmod 1777 "$root/run" "$root/log"
touch "$root/use"
exec 9>"$root/lock"
flock 9

if ! installed; then
  { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; } || fail "needs the packages ${packages[*]}"
  {
    apt-get update -qq || true
    # RUNLEVEL=1: the packages' own services stay off.
    DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${packages[@]}"
  } >&2 9>&-
  installed || fail "the packages are installed, but something is still missing"
fi
postgres=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)

# Ports that are free now, chosen again where something else has taken one meanwhile.
claim() {
  local name=$1 known=
  [ -f "$root/ports" ] && known=$(port "$name")
  if [ -n "$known" ] && { alive "$name" || ! answers "$known"; }; then
    return
  fi
  local free
  while :; do
    free=$((20000 + RANDOM % 12000))
    answers "$free" || grep -q "=$free\$" "$root/ports" 2>/dev/null || break
  done
  sed -i "/^$name=/d" "$root/ports" 2>/dev/null || true
  echo "$name=$free" >>"$root/ports"
}
for name in postgres server agent web; do claim "$name"; done

if ! alive postgres; then
  if [ ! -f "$root/database-is-whole" ]; then
    rm -rf "$root/postgres"
    mkdir "$root/postgres"
    [ "$(id -u)" != 0 ] || chown postgres "$root/postgres"
    (as postgres "$postgres/initdb" -D "$root/postgres" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync) >"$root/log/initdb.log" 2>&1 9>&- ||
      fail "PostgreSQL's folder cannot be made: $(tail -n 1 "$root/log/initdb.log")"
  fi
  # What a killed one left behind; nothing of this folder runs.
  rm -f "$root/postgres/postmaster.pid" "$root"/run/.s.PGSQL.*
  # Nothing in here outlives the tests: no write waits for the disk.
  (as postgres "$postgres/postgres" -D "$root/postgres" -p "$(port postgres)" -h 127.0.0.1 -k "$root/run" -c fsync=off \
    -c synchronous_commit=off -c full_page_writes=off -c max_wal_size=2GB -c shared_buffers=128MB -c max_connections=150) \
    >>"$root/log/postgres.log" 2>&1 </dev/null 9>&- &
  echo $! >"$root/run/postgres.pid"
  soon query -U postgres -c 'select 1' || fail "PostgreSQL did not start: $(tail -n 1 "$root/log/postgres.log")"
fi
if [ ! -f "$root/database-is-whole" ]; then
  query -U postgres -c 'drop database if exists zabbix' -c 'drop role if exists zabbix' -c "create role zabbix login password 'zabbix'" 2>/dev/null
  query -U postgres -c 'create database zabbix owner zabbix template template0'
  zcat "$schema/schema.sql.gz" "$schema/images.sql.gz" "$schema/data.sql.gz" | query -U zabbix -d zabbix -1 >"$root/log/schema.log" 2>&1 ||
    fail "Zabbix's tables cannot be made: $(tail -n 1 "$root/log/schema.log")"
  query -U postgres -d zabbix -c analyze
  touch "$root/database-is-whole"
fi
# The host that Zabbix comes with is this machine; its agent listens elsewhere than usual.
query -U zabbix -d zabbix -c "update interface set port = '$(port agent)' where hostid = 10084"

cat >"$root/server.conf" <<CONF
ListenIP=127.0.0.1
ListenPort=$(port server)
LogType=console
PidFile=$root/run/server.own.pid
SocketDir=$root/run
DBHost=127.0.0.1
DBPort=$(port postgres)
DBName=zabbix
DBUser=zabbix
DBPassword=zabbix
StartPollers=2
StartPollersUnreachable=1
StartTrappers=3
StartPingers=0
StartDiscoverers=0
StartHTTPPollers=0
StartPreprocessors=1
StartLLDProcessors=1
StartDBSyncers=2
CacheUpdateFrequency=1
HistoryCacheSize=32M
HousekeepingFrequency=0
FpingLocation=/bin/true
CONF
cat >"$root/agent.conf" <<CONF
ListenIP=127.0.0.1
ListenPort=$(port agent)
LogType=console
PidFile=$root/run/agent.own.pid
Server=127.0.0.1
ServerActive=127.0.0.1:$(port server)
Hostname=Zabbix server
StartAgents=2
CONF
# The web interface reads its settings from a fixed place: a copy of it reads ours.
if [ ! -f "$root/web/is-whole" ]; then
  rm -rf "$root/web"
  cp -rL /usr/share/zabbix "$root/web" 2>/dev/null || true
  grep -rlF "'/etc/zabbix/zabbix.conf.php'" "$root/web/include" | xargs -r sed -i "s|'/etc/zabbix/zabbix.conf.php'|'$root/zabbix.conf.php'|"
  touch "$root/web/is-whole"
fi
# In one step: the interface may be answering others meanwhile.
cat >"$root/zabbix.conf.php.new" <<CONF
<?php
\$DB = ['TYPE' => 'POSTGRESQL', 'SERVER' => '127.0.0.1', 'PORT' => '$(port postgres)', 'DATABASE' => 'zabbix', 'USER' => 'zabbix',
  'PASSWORD' => 'zabbix', 'SCHEMA' => '', 'ENCRYPTION' => false, 'KEY_FILE' => '', 'CERT_FILE' => '', 'CA_FILE' => '',
  'VERIFY_HOST' => false, 'CIPHER_LIST' => '', 'VAULT_URL' => '', 'VAULT_DB_PATH' => '', 'VAULT_TOKEN' => '', 'DOUBLE_IEEE754' => true];
\$ZBX_SERVER = '127.0.0.1';
\$ZBX_SERVER_PORT = '$(port server)';
\$ZBX_SERVER_NAME = 'tests';
\$IMAGE_FORMAT_DEFAULT = IMAGE_FORMAT_PNG;
CONF
mv "$root/zabbix.conf.php.new" "$root/zabbix.conf.php"

if ! alive server; then
  (as nobody /usr/sbin/zabbix_server -f -c "$root/server.conf") >"$root/log/server.log" 2>&1 </dev/null 9>&- &
  echo $! >"$root/run/server.pid"
fi
if ! alive agent; then
  (as nobody /usr/sbin/zabbix_agentd -f -c "$root/agent.conf") >"$root/log/agent.log" 2>&1 </dev/null 9>&- &
  echo $! >"$root/run/agent.pid"
fi
if ! alive web; then
  (PHP_CLI_SERVER_WORKERS=4 as nobody php -d memory_limit=256M -d post_max_size=16M -d max_execution_time=300 -d date.timezone=UTC \
    -d display_errors=0 -d log_errors=1 -S "127.0.0.1:$(port web)" -t "$root/web") >"$root/log/web.log" 2>&1 </dev/null 9>&- &
  echo $! >"$root/run/web.pid"
fi
soon version || fail "the API does not answer: $(tail -n 1 "$root/log/web.log")"
soon answers "$(port server)" || fail "the server did not start: $(tail -n 1 "$root/log/server.log")"

# linger: stops it all a minute after the last user has let go.
if ! alive linger; then
  bash -c '
    exec 8<"$1/use"
    free=0
    while :; do
      sleep 5
      flock -n -x 8 && flock -u 8 && free=$((free + 1)) || free=0
      [ "$free" -ge 12 ] || continue
      # Nobody can start to use it from here on, and nobody has meanwhile.
      exec 9>"$1/lock"
      flock 9
      flock -n -x 8 && LOCKED=1 ZABBIX_ROOT=$1 exec "$2/stop_zabbix.sh" "$1"
      exec 9>&-
      free=0
    done
  ' linger "$root" "$here" >"$root/log/linger.log" 2>&1 </dev/null 9>&- &
  echo $! >"$root/run/linger.pid"
fi
echo "http://127.0.0.1:$(port web)/api_jsonrpc.php"
port server
port postgres
port agent
