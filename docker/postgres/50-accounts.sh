#!/usr/bin/env bash
# The role of an application, and the passwords.
set -euo pipefail
psql -v ON_ERROR_STOP=1 --username postgres --dbname demo \
  -v freshet="$(cat /run/secrets/postgres-freshet)" -v app="$(cat /run/secrets/postgres-app)" <<'SQL'
ALTER ROLE freshet PASSWORD :'freshet';
CREATE ROLE app LOGIN;
ALTER ROLE app PASSWORD :'app';
GRANT SELECT, INSERT, UPDATE, DELETE ON organizations, facilities, readings, targets TO app;
GRANT USAGE ON SCHEMA views TO app;
-- A view's table is built in the schema freshet, and moved when it is complete.
ALTER DEFAULT PRIVILEGES FOR ROLE freshet IN SCHEMA freshet GRANT SELECT ON TABLES TO app;
SQL
