-- Laws of corrections that hold whoever writes.

-- Where a report came from, and what it corrects, is said once.
CREATE OR REPLACE FUNCTION backflush_report_keeps_its_origin() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION 'report % keeps its origin, and what it corrects', OLD.event_id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'report_keeps_its_origin';
END $$;

CREATE TRIGGER report_keeps_its_origin BEFORE UPDATE OF origin, corrects_id ON backflush_operationreport
    FOR EACH ROW WHEN ((OLD.origin, OLD.corrects_id) IS DISTINCT FROM (NEW.origin, NEW.corrects_id))
    EXECUTE FUNCTION backflush_report_keeps_its_origin();
ALTER TABLE backflush_operationreport ENABLE ALWAYS TRIGGER report_keeps_its_origin;

-- What a correction would report instead does not change either: QA signs what was asked for.
CREATE OR REPLACE FUNCTION backflush_correction_stays_what_it_is() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION 'what correction % would report instead does not change', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'correction_stays_what_it_is';
END $$;

CREATE TRIGGER correction_stays_what_it_is BEFORE UPDATE ON backflush_reversalrequest
    FOR EACH ROW WHEN ((OLD.corrected, OLD.corrected_event) IS DISTINCT FROM (NEW.corrected, NEW.corrected_event))
    EXECUTE FUNCTION backflush_correction_stays_what_it_is();
ALTER TABLE backflush_reversalrequest ENABLE ALWAYS TRIGGER correction_stays_what_it_is;
