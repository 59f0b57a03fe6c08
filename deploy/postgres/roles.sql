-- The roles and schemas of Lapwing in one database: a schema and a role for each service, and one role that owns them all.
-- Run once, by a superuser who is connected to Lapwing's database, before the first `lapwing migrate`:
--
--     psql -v ON_ERROR_STOP=1 -d lapwing -f deploy/postgres/roles.sql
--
-- It may be run again: what is there already stays, passwords too. It sets none: give each role that logs in with one its
-- own, by `\password lapwing_intake` and so on.
--
-- Roles belong to the whole server. Two installations on one server would share them: give each a server of its own.

-- lapwing_owner owns schemas and tables, and is what `lapwing migrate` logs in as. No service does: whoever takes over a
-- service cannot alter a table. The others are the services' own. None is a member of another.
DO $roles$
DECLARE
    missing text;
BEGIN
    FOR missing IN
        SELECT name
        FROM unnest(ARRAY['lapwing_owner', 'lapwing_intake', 'lapwing_eligibility', 'lapwing_triage', 'lapwing_audit']) AS name
        WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
    LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I LOGIN', missing);
        EXCEPTION
            -- Somebody made it at the same moment, for another database of this server.
            WHEN duplicate_object OR unique_violation THEN NULL;
        END;
    END LOOP;
END
$roles$;

CREATE SCHEMA IF NOT EXISTS intake AUTHORIZATION lapwing_owner;
CREATE SCHEMA IF NOT EXISTS eligibility AUTHORIZATION lapwing_owner;
CREATE SCHEMA IF NOT EXISTS triage AUTHORIZATION lapwing_owner;
CREATE SCHEMA IF NOT EXISTS audit AUTHORIZATION lapwing_owner;

-- Nothing of Lapwing is in `public`, and nobody is to put anything there for a service to find.
REVOKE ALL ON SCHEMA public FROM PUBLIC;

-- A service sees its own schema and no other: services meet in messages alone. What it may do with the tables there is in
-- grants.sql.
GRANT USAGE ON SCHEMA intake TO lapwing_intake;
GRANT USAGE ON SCHEMA eligibility TO lapwing_eligibility;
GRANT USAGE ON SCHEMA triage TO lapwing_triage;
GRANT USAGE ON SCHEMA audit TO lapwing_audit;
