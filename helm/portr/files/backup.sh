#!/bin/bash
# Dumps the database into BACKUP_DIR/KIND and removes dumps that are too old. Needs KIND, RETENTION_DAYS and libpq's variables
# or DATABASE_URL. A dump appears under its name only when it is whole; its checksum lies beside it.
set -euo pipefail
umask 077

directory=$BACKUP_DIR/$KIND
name=portr-$(date -u +%Y%m%dT%H%M%SZ).dump
mkdir -p "$directory"
trap 'rm -f "$directory/$name.partial" "$directory/$name.sha256.partial"' EXIT
# what a killed job left
find "$directory" -maxdepth 1 -name '*.partial' -mmin +120 -delete

pg_dump ${DATABASE_URL:+--dbname="$DATABASE_URL"} --format=custom --no-owner --compress=6 --lock-wait-timeout=60000 \
  --file="$directory/$name.partial"
# A dump whose table of contents cannot be read is none.
pg_restore --list "$directory/$name.partial" >/dev/null
mv "$directory/$name.partial" "$directory/$name"
(cd "$directory" && sha256sum "$name" >"$name.sha256.partial" && mv "$name.sha256.partial" "$name.sha256")

# The newest stays, however old it is.
find "$directory" -maxdepth 1 -name 'portr-*.dump' -mtime +"$((RETENTION_DAYS - 1))" ! -name "$name" -print |
  while IFS= read -r old; do
    rm -f -- "$old" "$old.sha256"
    echo "backup.removed file=${old##*/}"
  done
echo "backup.done file=$KIND/$name bytes=$(stat -c %s "$directory/$name")"
