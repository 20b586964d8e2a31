-- Laws of pilots and of physical audits. ENABLE ALWAYS: not even session_replication_role switches them off.

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'backflush_bomaudit', 'backflush_bomauditfinding', 'backflush_historicalpilot', 'backflush_pilotmeasurement',
        'backflush_pilotordermark', 'backflush_pilotproposal'
    ] LOOP
        EXECUTE format('CREATE TRIGGER history_is_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON %I'
            ' FOR EACH STATEMENT EXECUTE FUNCTION backflush_history_is_only_added_to()', name);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER history_is_only_added_to', name);
    END LOOP;
END $$;

CREATE TRIGGER nothing_is_deleted BEFORE DELETE OR TRUNCATE ON backflush_pilot
    FOR EACH STATEMENT EXECUTE FUNCTION backflush_nothing_is_deleted();
ALTER TABLE backflush_pilot ENABLE ALWAYS TRIGGER nothing_is_deleted;

-- A pilot begins running and ends once; what it is about never changes.
CREATE FUNCTION backflush_pilot_ends_once() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'running' THEN
            RAISE EXCEPTION 'a pilot cannot begin as %', NEW.state
                USING ERRCODE = 'check_violation', CONSTRAINT = 'pilot_begins_running';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state <> 'running' THEN
        RAISE EXCEPTION 'pilot % is %', OLD.id, OLD.state
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'pilot_ends_once', HINT = 'Start another one.';
    END IF;
    IF (NEW.id, NEW.site_id, NEW.item_id, NEW.operation_number, NEW.why, NEW.fewest_orders, NEW.started_by_id, NEW.started_at)
        IS DISTINCT FROM (OLD.id, OLD.site_id, OLD.item_id, OLD.operation_number, OLD.why, OLD.fewest_orders,
            OLD.started_by_id, OLD.started_at) THEN
        RAISE EXCEPTION 'what pilot % is about does not change', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'pilot_stays_what_it_is', HINT = 'End it, start another one.';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pilot_ends_once BEFORE INSERT OR UPDATE ON backflush_pilot
    FOR EACH ROW EXECUTE FUNCTION backflush_pilot_ends_once();
ALTER TABLE backflush_pilot ENABLE ALWAYS TRIGGER pilot_ends_once;

-- It is measured while the pilot runs, and for orders that are not marked as completed; the lock keeps it so until we commit.
CREATE FUNCTION backflush_measured_while_the_pilot_runs() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    at_state text;
    done boolean;
BEGIN
    SELECT state INTO at_state FROM public.backflush_pilot WHERE id = NEW.pilot_id FOR SHARE;
    IF at_state <> 'running' THEN
        RAISE EXCEPTION 'pilot % is %', NEW.pilot_id, at_state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'measured_while_the_pilot_runs';
    END IF;
    IF TG_TABLE_NAME = 'backflush_pilotmeasurement' THEN
        SELECT m.completed INTO done FROM public.backflush_pilotordermark m
        WHERE m.pilot_id = NEW.pilot_id AND m.order_id = NEW.order_id ORDER BY m.id DESC LIMIT 1;
        IF done THEN
            RAISE EXCEPTION 'measuring of order % is completed', NEW.order_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'measured_until_it_is_completed';
        END IF;
        IF NEW.takes_back_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM public.backflush_pilotmeasurement b
            WHERE b.id = NEW.takes_back_id AND b.takes_back_id IS NULL
                AND (b.pilot_id, b.order_id, b.component, b.lot_id, b.quantity)
                    = (NEW.pilot_id, NEW.order_id, NEW.component, NEW.lot_id, NEW.quantity)
        ) THEN
            RAISE EXCEPTION 'what takes a measurement back says the same as it'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'taken_back_as_it_was_measured';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER measured_while_the_pilot_runs BEFORE INSERT ON backflush_pilotmeasurement
    FOR EACH ROW EXECUTE FUNCTION backflush_measured_while_the_pilot_runs();
ALTER TABLE backflush_pilotmeasurement ENABLE ALWAYS TRIGGER measured_while_the_pilot_runs;
CREATE TRIGGER measured_while_the_pilot_runs BEFORE INSERT ON backflush_pilotordermark
    FOR EACH ROW EXECUTE FUNCTION backflush_measured_while_the_pilot_runs();
ALTER TABLE backflush_pilotordermark ENABLE ALWAYS TRIGGER measured_while_the_pilot_runs;

-- An audit is signed by who made it.
CREATE FUNCTION backflush_audit_is_signed_by_its_auditor() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM public.masterdata_signature s
        WHERE s.id = NEW.signature_id AND s.person_id = NEW.person_id AND s.subject_kind = 'bom_audit'
            AND s.subject_key = NEW.version_id::text
    ) THEN
        RAISE EXCEPTION 'the signature is not that of the auditor of this BOM version'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'audit_is_signed_by_its_auditor';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER audit_is_signed_by_its_auditor BEFORE INSERT ON backflush_bomaudit
    FOR EACH ROW EXECUTE FUNCTION backflush_audit_is_signed_by_its_auditor();
ALTER TABLE backflush_bomaudit ENABLE ALWAYS TRIGGER audit_is_signed_by_its_auditor;

SELECT masterdata_put_under_audit('backflush_pilot', 'id');
