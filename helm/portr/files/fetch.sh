#!/bin/sh
# Fetches one dump and its checksum from REMOTE into RESTORE_DIR. Runs in rclone's image, which has no bash.
set -eu
rclone copyto "$REMOTE/$DUMP" "$RESTORE_DIR/$DUMP"
rclone copyto "$REMOTE/$DUMP.sha256" "$RESTORE_DIR/$DUMP.sha256"
echo "fetch.done file=$DUMP"
