#!/bin/bash
# Restores the newest dump into a database server that exists only for this, and counts what is in it.
set -euo pipefail
umask 077

work=${VERIFY_DIR:-/tmp/verify}
newest=$(find "$BACKUP_DIR" -name 'portr-*.dump' -printf '%f %p\n' | sort | tail -n 1 | cut -d ' ' -f 2-)
[ -n "$newest" ] || {
  echo "verify.failed: there is no dump" >&2
  exit 1
}
(cd "$(dirname "$newest")" && sha256sum --check --quiet "$(basename "$newest").sha256")

mkdir -p "$work/socket"
initdb --pgdata="$work/data" --username=verify --auth=trust --encoding=UTF8 --no-sync >/dev/null
pg_ctl --pgdata="$work/data" --wait --silent --log="$work/log" \
  --options="-c listen_addresses= -c unix_socket_directories=$work/socket -c fsync=off" start
trap 'pg_ctl --pgdata="$work/data" --wait --silent --mode=immediate stop; rm -rf "$work"' EXIT

export PGHOST=$work/socket PGPORT=5432 PGUSER=verify PGDATABASE=verify PGPASSWORD= PGSSLMODE=disable
unset DATABASE_URL
createdb verify
for role in $ROLES; do createuser "$role"; done
pg_restore --dbname=verify --no-owner --exit-on-error "$newest"

count() { psql --no-psqlrc --tuples-only --no-align --command "select count(*) from $1"; }
users=$(count app_user)
teams=$(count team)
migrations=$(count flyway_schema_history)
if [ "$migrations" -lt 1 ] || [ "$teams" -lt "${LEAST_TEAMS:-0}" ]; then
  echo "verify.failed file=$(basename "$newest") migrations=$migrations teams=$teams" >&2
  exit 1
fi
echo "verify.done file=$(basename "$newest") migrations=$migrations teams=$teams users=$users"
