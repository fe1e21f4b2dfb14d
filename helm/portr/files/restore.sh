#!/bin/bash
# Puts the dump RESTORE_DIR/DUMP in place of the database's content, in one transaction: all of it or nothing.
set -euo pipefail

file=$RESTORE_DIR/$DUMP
[ -f "$file" ] || {
  echo "restore.failed: there is no $DUMP; there are:" >&2
  (cd "$RESTORE_DIR" && ls -1 hourly/*.dump daily/*.dump 2>/dev/null | tail -n 20 >&2) || true
  exit 1
}
(cd "$(dirname "$file")" && sha256sum --check --quiet "$(basename "$file").sha256")

connect=(${DATABASE_URL:+"$DATABASE_URL"})
sessions=$(psql "${connect[@]}" --no-psqlrc --tuples-only --no-align --command \
  "select count(*) from pg_stat_activity where datname = current_database() and usename <> current_user")
if [ "$sessions" != 0 ]; then
  echo "restore.failed: $sessions sessions of the servers are open (expected: both scaled to 0)" >&2
  exit 1
fi
# "pg_restore --clean" cannot drop partitions one by one, so the schema goes as a whole. An unreadable dump ends in a statement
# that fails, and with it the transaction.
{
  echo 'drop schema public cascade; create schema public;'
  pg_restore --no-owner --exit-on-error --file=- "$file" || echo 'select 1/0;'
} | psql "${connect[@]}" --no-psqlrc --quiet --output=/dev/null --single-transaction --set ON_ERROR_STOP=1
psql "${connect[@]}" --no-psqlrc --quiet --command analyze
echo "restore.done file=$DUMP"
