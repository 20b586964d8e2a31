-- What was packed and unpacked is only added to. ENABLE ALWAYS: not even session_replication_role switches it off.
CREATE TRIGGER history_is_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON traceability_packingrecord
    FOR EACH STATEMENT EXECUTE FUNCTION traceability_history_is_only_added_to();
ALTER TABLE traceability_packingrecord ENABLE ALWAYS TRIGGER history_is_only_added_to;

-- Serial references of the SSCCs that the plant makes itself: one sequence, so that none is made twice.
CREATE SEQUENCE traceability_sscc_serial;

-- What a rework order takes up, and what an order is made by, never change.
CREATE FUNCTION traceability_rework_stays_what_it_is() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF (NEW.kind, NEW.reworks_id, NEW.recipe_item_id) IS DISTINCT FROM (OLD.kind, OLD.reworks_id, OLD.recipe_item_id) THEN
        RAISE EXCEPTION 'order % stays what it is: kind, rework lot and recipe do not change', OLD.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_stays_what_it_is';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER rework_stays_what_it_is BEFORE UPDATE ON traceability_workorder
    FOR EACH ROW EXECUTE FUNCTION traceability_rework_stays_what_it_is();
ALTER TABLE traceability_workorder ENABLE ALWAYS TRIGGER rework_stays_what_it_is;
