-- Laws of quality records that hold whoever writes. ENABLE ALWAYS: not even session_replication_role switches them off.

CREATE TRIGGER history_is_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON traceability_qualitylink
    FOR EACH STATEMENT EXECUTE FUNCTION traceability_history_is_only_added_to();
ALTER TABLE traceability_qualitylink ENABLE ALWAYS TRIGGER history_is_only_added_to;
CREATE TRIGGER history_is_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON traceability_qualitynote
    FOR EACH STATEMENT EXECUTE FUNCTION traceability_history_is_only_added_to();
ALTER TABLE traceability_qualitynote ENABLE ALWAYS TRIGGER history_is_only_added_to;

CREATE TRIGGER nothing_is_deleted BEFORE DELETE OR TRUNCATE ON traceability_qualityrecord
    FOR EACH STATEMENT EXECUTE FUNCTION traceability_nothing_is_deleted();
ALTER TABLE traceability_qualityrecord ENABLE ALWAYS TRIGGER nothing_is_deleted;
CREATE TRIGGER nothing_is_deleted BEFORE DELETE OR TRUNCATE ON traceability_qualitynumber
    FOR EACH STATEMENT EXECUTE FUNCTION traceability_nothing_is_deleted();
ALTER TABLE traceability_qualitynumber ENABLE ALWAYS TRIGGER nothing_is_deleted;

-- A record begins open and moves only along the table of its kind; what it says happened never changes, and a closed one
-- changes in nothing.
CREATE FUNCTION traceability_quality_record_keeps_its_order() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'open' THEN
            RAISE EXCEPTION 'record % cannot begin as %', NEW.number, NEW.state
                USING ERRCODE = 'check_violation', CONSTRAINT = 'quality_record_begins_open';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state = 'closed' THEN
        RAISE EXCEPTION 'record % is closed', OLD.number
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'closed_quality_record_stands',
                  HINT = 'Open another record.';
    END IF;
    IF (NEW.id, NEW.site_id, NEW.kind, NEW.number, NEW.title, NEW.description, NEW.cause, NEW.opened_by_id, NEW.opened_at,
        NEW.opened_for)
        IS DISTINCT FROM (OLD.id, OLD.site_id, OLD.kind, OLD.number, OLD.title, OLD.description, OLD.cause,
            OLD.opened_by_id, OLD.opened_at, OLD.opened_for)
        OR (OLD.disposition <> '' AND (NEW.disposition, NEW.disposed_at, NEW.disposition_signature_id)
            IS DISTINCT FROM (OLD.disposition, OLD.disposed_at, OLD.disposition_signature_id)) THEN
        RAISE EXCEPTION 'what record % says does not change', OLD.number
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'quality_record_stays_what_it_is',
                  HINT = 'Add a note instead.';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.kind, OLD.state, NEW.state) NOT IN (
        ('ncmr', 'open', 'in_review'), ('ncmr', 'in_review', 'disposed'), ('ncmr', 'disposed', 'closed'),
        ('deviation', 'open', 'in_review'), ('deviation', 'in_review', 'closed')
    ) THEN
        RAISE EXCEPTION 'record % cannot go from % to %', OLD.number, OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'quality_record_keeps_its_order';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER quality_record_keeps_its_order BEFORE INSERT OR UPDATE ON traceability_qualityrecord
    FOR EACH ROW EXECUTE FUNCTION traceability_quality_record_keeps_its_order();
ALTER TABLE traceability_qualityrecord ENABLE ALWAYS TRIGGER quality_record_keeps_its_order;

-- Its history is only added to, as all histories are.
CREATE TRIGGER history_is_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON traceability_historicalqualityrecord
    FOR EACH STATEMENT EXECUTE FUNCTION traceability_history_is_only_added_to();
ALTER TABLE traceability_historicalqualityrecord ENABLE ALWAYS TRIGGER history_is_only_added_to;
