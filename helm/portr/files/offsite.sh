#!/bin/sh
# Copies the dumps of KIND to REMOTE and removes those there that are too old. Runs in rclone's image, which has no bash.
set -eu

# Files that are still being written are not copied; what is there already is not sent again.
rclone copy --immutable --exclude '*.partial' "$BACKUP_DIR/$KIND" "$REMOTE/$KIND"

newest=$(rclone lsf "$REMOTE/$KIND" --include 'portr-*.dump' | sort | tail -n 1)
local=$(ls "$BACKUP_DIR/$KIND" | grep '^portr-.*\.dump$' | sort | tail -n 1)
if [ "$newest" != "$local" ]; then
  echo "offsite.failed newest=$newest (expected: $local)" >&2
  exit 1
fi
rclone delete --min-age "${RETENTION_DAYS}d" --exclude "$newest*" "$REMOTE/$KIND"
echo "offsite.done file=$KIND/$newest"
