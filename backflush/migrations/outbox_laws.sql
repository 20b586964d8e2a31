-- Laws of delivering the outbox. ENABLE ALWAYS: not even session_replication_role switches them off.

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['backflush_webhookattempt', 'backflush_historicalwebhookendpoint'] LOOP
        EXECUTE format('CREATE TRIGGER history_is_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON %I'
            ' FOR EACH STATEMENT EXECUTE FUNCTION backflush_history_is_only_added_to()', name);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER history_is_only_added_to', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY[
        'backflush_outboxconsumer', 'backflush_webhookendpoint', 'backflush_webhookprogress'
    ] LOOP
        EXECUTE format('CREATE TRIGGER nothing_is_deleted BEFORE DELETE OR TRUNCATE ON %I'
            ' FOR EACH STATEMENT EXECUTE FUNCTION backflush_nothing_is_deleted()', name);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER nothing_is_deleted', name);
    END LOOP;
END $$;

-- What was taken stays taken: a position that went back would deliver postings twice, and tell the reader they are new.
CREATE OR REPLACE FUNCTION backflush_position_never_goes_back() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION 'position of % % cannot go back from % to %', TG_TABLE_NAME, OLD.id, OLD.position, NEW.position
        USING ERRCODE = 'check_violation', CONSTRAINT = 'position_never_goes_back';
END $$;

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['backflush_outboxconsumer', 'backflush_webhookprogress'] LOOP
        EXECUTE format('CREATE TRIGGER position_never_goes_back BEFORE UPDATE ON %I'
            ' FOR EACH ROW WHEN (NEW.position < OLD.position)'
            ' EXECUTE FUNCTION backflush_position_never_goes_back()', name);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER position_never_goes_back', name);
    END LOOP;
END $$;
