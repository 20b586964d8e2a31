-- Histories of orders and clearances are only added to, as those of master data are.
DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['traceability_historicallineclearance', 'traceability_historicalworkorder'] LOOP
        EXECUTE format('CREATE TRIGGER history_is_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON %I'
            ' FOR EACH STATEMENT EXECUTE FUNCTION traceability_history_is_only_added_to()', name);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER history_is_only_added_to', name);
    END LOOP;
END $$;
