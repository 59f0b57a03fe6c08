-- What the role of each service may do with the tables of its schema, and no more. Run after each `lapwing migrate`, by
-- lapwing_owner or a superuser, connected to Lapwing's database:
--
--     psql -v ON_ERROR_STOP=1 -d lapwing -U lapwing_owner -f deploy/postgres/grants.sql
--
-- It may be run as often as one likes, also while the services run: it is one transaction, and takes back what a role was
-- given besides. A schema that has no tables yet is passed over.
--
-- Nothing is granted on sequences: the only ones belong to identity columns, which ask for no right of their own.

DO $grants$
DECLARE
    found record;
BEGIN
    FOR found IN
        SELECT
            schemaname AS service,
            tablename AS name,
            CASE
                -- Which migrations were applied is for `lapwing migrate` to write; a service reads it when it starts.
                WHEN tablename IN ('_sqlx_migrations', 'delivery_migrations') THEN 'SELECT'
                -- Every service alike: events come and go.
                WHEN tablename IN ('inbox', 'outbox', 'parked') THEN 'SELECT, INSERT, UPDATE, DELETE'
                -- The log and whatever is put beside it: entry, hash, salt. Audit reads and adds, and alters nothing.
                WHEN schemaname = 'audit' THEN 'SELECT, INSERT'
                ELSE 'SELECT, INSERT, UPDATE, DELETE'
            END AS rights
        FROM pg_tables
        WHERE schemaname IN ('intake', 'eligibility', 'triage', 'audit')
        ORDER BY schemaname, tablename
    LOOP
        EXECUTE format('REVOKE ALL ON %I.%I FROM PUBLIC, %I', found.service, found.name, 'lapwing_' || found.service);
        EXECUTE format('GRANT %s ON %I.%I TO %I', found.rights, found.service, found.name, 'lapwing_' || found.service);
    END LOOP;
    -- The one thing that audit may take from its log: the salt of one notification that is erased, and its entries with it.
    IF to_regprocedure('audit.destroy_salt(text)') IS NOT NULL THEN
        REVOKE ALL ON FUNCTION audit.destroy_salt(TEXT) FROM PUBLIC, lapwing_audit;
        GRANT EXECUTE ON FUNCTION audit.destroy_salt(TEXT) TO lapwing_audit;
    END IF;
END
$grants$;
