-- Laws of QA's rulings on reports. ENABLE ALWAYS: not even session_replication_role switches them off.

CREATE TRIGGER history_is_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON backflush_reportruling
    FOR EACH STATEMENT EXECUTE FUNCTION backflush_history_is_only_added_to();
ALTER TABLE backflush_reportruling ENABLE ALWAYS TRIGGER history_is_only_added_to;

-- A time is corrected, or a report accepted, by a signed ruling that says so, while it is blocked, and it then waits for
-- posting again. The condition costs the drain nothing: it changes neither.
CREATE FUNCTION backflush_report_is_ruled_on() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF OLD.state <> 'blocked' OR NEW.state <> 'received' THEN
        RAISE EXCEPTION 'report % is not blocked: nothing about it is ruled on', OLD.event_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'only_a_blocked_report_is_ruled_on';
    END IF;
    IF (NEW.corrected_at IS DISTINCT FROM OLD.corrected_at AND NOT EXISTS (
            SELECT 1 FROM public.backflush_reportruling u
            WHERE u.report_id = NEW.id AND u.kind = 'time_corrected' AND u.corrected_at = NEW.corrected_at))
        OR (NEW.accepted_at IS DISTINCT FROM OLD.accepted_at AND NOT EXISTS (
            SELECT 1 FROM public.backflush_reportruling u
            WHERE u.report_id = NEW.id AND u.kind = 'accepted' AND u.at = NEW.accepted_at)) THEN
        RAISE EXCEPTION 'no signed ruling says this of report %', OLD.event_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'report_is_ruled_on_under_signature';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER report_is_ruled_on BEFORE UPDATE ON backflush_operationreport
    FOR EACH ROW WHEN (OLD.corrected_at IS DISTINCT FROM NEW.corrected_at OR OLD.accepted_at IS DISTINCT FROM NEW.accepted_at)
    EXECUTE FUNCTION backflush_report_is_ruled_on();
ALTER TABLE backflush_operationreport ENABLE ALWAYS TRIGGER report_is_ruled_on;

-- A report begins without either.
CREATE FUNCTION backflush_report_begins_as_it_was_sent() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION 'report % cannot begin ruled on', NEW.event_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'report_begins_as_it_was_sent';
END $$;

CREATE TRIGGER report_begins_as_it_was_sent BEFORE INSERT ON backflush_operationreport
    FOR EACH ROW WHEN (NEW.corrected_at IS NOT NULL OR NEW.accepted_at IS NOT NULL)
    EXECUTE FUNCTION backflush_report_begins_as_it_was_sent();
ALTER TABLE backflush_operationreport ENABLE ALWAYS TRIGGER report_begins_as_it_was_sent;
