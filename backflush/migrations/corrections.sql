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

-- A reopening is asked for once per close, signed by two people, and stays what it is once it opened the order.
CREATE TRIGGER nothing_is_deleted BEFORE DELETE OR TRUNCATE ON backflush_orderreopening
    FOR EACH STATEMENT EXECUTE FUNCTION backflush_nothing_is_deleted();
ALTER TABLE backflush_orderreopening ENABLE ALWAYS TRIGGER nothing_is_deleted;

CREATE OR REPLACE FUNCTION backflush_reopening_is_settled_once() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF OLD.reopened_at IS NOT NULL
        OR (NEW.close_id, NEW.why, NEW.requested_by_id, NEW.requested_at)
            IS DISTINCT FROM (OLD.close_id, OLD.why, OLD.requested_by_id, OLD.requested_at)
        OR (OLD.qa_signature_id IS NOT NULL AND NEW.qa_signature_id IS DISTINCT FROM OLD.qa_signature_id)
        OR (OLD.finance_signature_id IS NOT NULL AND NEW.finance_signature_id IS DISTINCT FROM OLD.finance_signature_id)
    THEN
        RAISE EXCEPTION 'reopening % stays what it is', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'reopening_is_settled_once';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER reopening_is_settled_once BEFORE UPDATE ON backflush_orderreopening
    FOR EACH ROW EXECUTE FUNCTION backflush_reopening_is_settled_once();
ALTER TABLE backflush_orderreopening ENABLE ALWAYS TRIGGER reopening_is_settled_once;

-- A closed order opens only where both signatures stand on the reopening of its latest close.
CREATE OR REPLACE FUNCTION backflush_closed_order_opens_with_signatures() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM public.backflush_orderclose c
        JOIN public.backflush_orderreopening r ON r.close_id = c.id AND r.reopened_at IS NOT NULL
        WHERE c.order_id = NEW.id
            AND c.revision = (SELECT max(l.revision) FROM public.backflush_orderclose l WHERE l.order_id = NEW.id)
    ) THEN
        RAISE EXCEPTION 'order % is closed: QA and finance sign before it is opened again', NEW.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'closed_order_opens_with_signatures';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER closed_order_opens_with_signatures AFTER UPDATE OF state ON traceability_workorder
    FOR EACH ROW WHEN (OLD.state = 'closed' AND NEW.state <> 'closed')
    EXECUTE FUNCTION backflush_closed_order_opens_with_signatures();
ALTER TABLE traceability_workorder ENABLE ALWAYS TRIGGER closed_order_opens_with_signatures;
