#!/bin/bash
# Run once by the image's entry point, in the new and empty database server: three roles and a database.
set -euo pipefail

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  --set owner="$OWNER_ROLE" --set owner_password="$OWNER_PASSWORD" \
  --set admin="$ADMIN_ROLE" --set admin_password="$ADMIN_PASSWORD" \
  --set tunnel="$TUNNEL_ROLE" --set tunnel_password="$TUNNEL_PASSWORD" \
  --set database="$DATABASE" <<'SQL'
create role :"owner" login password :'owner_password';
create role :"admin" login password :'admin_password';
create role :"tunnel" login password :'tunnel_password';
create database :"database" owner :"owner" encoding 'UTF8' template template0;
revoke connect on database :"database" from public;
grant connect on database :"database" to :"owner", :"admin", :"tunnel";
SQL
