-- A notification that was erased has a salt again, for the entry that says so. Whatever else is heard of it from then on is
-- a leaf of the log and no entry: what was erased does not come back.
ALTER TABLE salt ADD COLUMN after_erasure BOOLEAN NOT NULL DEFAULT FALSE;   -- whether it was drawn when the one before was destroyed

-- Destroys the salt of one notification, and with it its entries. Audit's role may not delete from any table of the log; it
-- may call this (deploy/postgres/grants.sql), which runs with the rights of the owner of the tables. So its search path is
-- its own, whatever the caller's is, and objects that a caller makes for the time being are looked for last.
DO $migration$
BEGIN
    EXECUTE format(
        $function$
            CREATE FUNCTION %1$I.destroy_salt(erased TEXT) RETURNS void
                LANGUAGE sql SECURITY DEFINER SET search_path = %1$I, pg_temp
                AS $body$ DELETE FROM %1$I.salt WHERE reference = erased $body$
        $function$,
        current_schema()
    );
    EXECUTE format('REVOKE ALL ON FUNCTION %I.destroy_salt(TEXT) FROM PUBLIC', current_schema());
END
$migration$;
