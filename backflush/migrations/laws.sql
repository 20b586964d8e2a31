-- Laws of posting that hold whoever writes. ENABLE ALWAYS: not even session_replication_role switches them off.

-- What was reported, decided and posted is only added to. A statement trigger costs inserts nothing.
CREATE OR REPLACE FUNCTION backflush_history_is_only_added_to() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION '% refused: % is only added to', lower(TG_OP), TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'history_is_only_added_to',
              HINT = 'Record a reversal, or a new row, instead.';
END $$;

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'backflush_orderclose', 'backflush_outboxmessage', 'backflush_posting', 'backflush_recipe',
        'backflush_reportbody', 'backflush_reporttransition'
    ] LOOP
        EXECUTE format('CREATE TRIGGER history_is_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON %I'
            ' FOR EACH STATEMENT EXECUTE FUNCTION backflush_history_is_only_added_to()', name);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER history_is_only_added_to', name);
    END LOOP;
END $$;

-- A report, a request, a head and progress are worked on, but never deleted.
CREATE OR REPLACE FUNCTION backflush_nothing_is_deleted() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION '% refused: nothing is deleted from %', lower(TG_OP), TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'nothing_is_deleted';
END $$;

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'backflush_operationreport', 'backflush_orderprogress', 'backflush_outboxhead', 'backflush_reversalrequest'
    ] LOOP
        EXECUTE format('CREATE TRIGGER nothing_is_deleted BEFORE DELETE OR TRUNCATE ON %I'
            ' FOR EACH STATEMENT EXECUTE FUNCTION backflush_nothing_is_deleted()', name);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER nothing_is_deleted', name);
    END LOOP;
END $$;

-- A report begins received and moves only along its table; what was reported never changes. One trigger per statement:
-- a batch settles fifty reports at once.
CREATE OR REPLACE FUNCTION backflush_report_moves_along_its_states() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE wrong record;
BEGIN
    SELECT o.event_id, o.state AS was, n.state AS now INTO wrong
    FROM old_rows o FULL JOIN new_rows n USING (id)
    WHERE o.id IS NULL OR n.id IS NULL
        OR (o.site_id, o.event_id, o.device_id, o.person_id, o.kind, o.order_number, o.operation_number, o.occurred_at,
            o.received_at, o.digest)
        IS DISTINCT FROM (n.site_id, n.event_id, n.device_id, n.person_id, n.kind, n.order_number, n.operation_number,
            n.occurred_at, n.received_at, n.digest)
        OR (o.state <> n.state AND (o.state, n.state) NOT IN (
            ('received', 'posted'), ('received', 'blocked'), ('received', 'refused'),
            ('blocked', 'received'), ('blocked', 'waived'), ('posted', 'reversed')))
        OR (o.order_id <> 0 AND o.order_id <> n.order_id)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'report % cannot go from % to %, nor change what it says', wrong.event_id, wrong.was, wrong.now
            USING ERRCODE = 'check_violation', CONSTRAINT = 'report_moves_along_its_states';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER report_moves_along_its_states AFTER UPDATE ON backflush_operationreport
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION backflush_report_moves_along_its_states();
ALTER TABLE backflush_operationreport ENABLE ALWAYS TRIGGER report_moves_along_its_states;

CREATE OR REPLACE FUNCTION backflush_report_begins_received() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION 'report % cannot begin as %', NEW.event_id, NEW.state
        USING ERRCODE = 'check_violation', CONSTRAINT = 'report_begins_received';
END $$;

CREATE TRIGGER report_begins_received BEFORE INSERT ON backflush_operationreport
    FOR EACH ROW WHEN (NEW.state <> 'received') EXECUTE FUNCTION backflush_report_begins_received();
ALTER TABLE backflush_operationreport ENABLE ALWAYS TRIGGER report_begins_received;

-- A reversal request that was signed or declined stays as it is; nobody signs what was declined.
CREATE OR REPLACE FUNCTION backflush_request_is_settled_once() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF OLD.reversal_id IS NOT NULL OR OLD.declined_at IS NOT NULL THEN
        RAISE EXCEPTION 'reversal request % is settled', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'request_is_settled_once';
    END IF;
    IF (NEW.posting_id, NEW.requested_by_id, NEW.requested_at, NEW.reason_id)
        IS DISTINCT FROM (OLD.posting_id, OLD.requested_by_id, OLD.requested_at, OLD.reason_id) THEN
        RAISE EXCEPTION 'what reversal request % asks for does not change', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'request_stays_what_it_is';
    END IF;
    IF NEW.reversal_id IS NOT NULL AND NEW.signature_id IS NULL THEN
        RAISE EXCEPTION 'reversal request % is not signed', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'reversal_is_signed';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER request_is_settled_once BEFORE UPDATE ON backflush_reversalrequest
    FOR EACH ROW EXECUTE FUNCTION backflush_request_is_settled_once();
ALTER TABLE backflush_reversalrequest ENABLE ALWAYS TRIGGER request_is_settled_once;

-- Worked on all the time: room on the page.
ALTER TABLE backflush_operationreport SET (fillfactor = 70);
ALTER TABLE backflush_orderprogress SET (fillfactor = 60);
