#!/bin/sh
# Run by the database's container at its first start: gives each role that roles.sql has made the password of its secret.
set -eu
for role in owner intake eligibility triage audit; do
    # Made by compose/prepare: hexadecimal, so that it needs no quoting.
    password=$(cat "/run/secrets/database_$role")
    echo "ALTER ROLE lapwing_$role PASSWORD '$password';"
done | psql -X -q -v ON_ERROR_STOP=1 -U "${POSTGRES_USER:-postgres}" -d "$POSTGRES_DB"
