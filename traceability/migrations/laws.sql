-- Laws of traceability that hold whoever writes. ENABLE ALWAYS: not even session_replication_role switches them off.

-- History is only added to. A statement trigger costs inserts nothing, and stops TRUNCATE too.
CREATE OR REPLACE FUNCTION traceability_history_is_only_added_to() RETURNS trigger
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
        'traceability_carriedlink', 'traceability_ledgerentry', 'traceability_ledgerline',
        'traceability_lotstatuschange', 'traceability_orderpin', 'traceability_stagingscan'
    ] LOOP
        EXECUTE format('CREATE TRIGGER history_is_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON %I'
            ' FOR EACH STATEMENT EXECUTE FUNCTION traceability_history_is_only_added_to()', name);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER history_is_only_added_to', name);
    END LOOP;
END $$;

-- What the plant worked with is never deleted.
CREATE OR REPLACE FUNCTION traceability_nothing_is_deleted() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION '% refused: nothing is deleted from %', lower(TG_OP), TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'nothing_is_deleted',
              HINT = 'Close, hold or revoke it instead.';
END $$;

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'traceability_handlingunit', 'traceability_lineclearance', 'traceability_materiallot',
        'traceability_orderoperation', 'traceability_stockbalance', 'traceability_workorder'
    ] LOOP
        EXECUTE format('CREATE TRIGGER nothing_is_deleted BEFORE DELETE OR TRUNCATE ON %I'
            ' FOR EACH STATEMENT EXECUTE FUNCTION traceability_nothing_is_deleted()', name);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER nothing_is_deleted', name);
    END LOOP;
END $$;

-- An order begins planned and moves only along its table; what it makes, and its number, never change.
CREATE OR REPLACE FUNCTION traceability_order_moves_along_its_states() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'planned' THEN
            RAISE EXCEPTION 'order % cannot begin as %', NEW.number, NEW.state
                USING ERRCODE = 'check_violation', CONSTRAINT = 'order_begins_planned';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.id, NEW.site_id, NEW.item_id, NEW.number) IS DISTINCT FROM (OLD.id, OLD.site_id, OLD.item_id, OLD.number) THEN
        RAISE EXCEPTION 'order % stays what it is: site, item and number do not change', OLD.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_stays_what_it_is';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (('planned', 'released'), ('released', 'closed')) THEN
        RAISE EXCEPTION 'order % cannot go from % to %', OLD.number, OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_moves_along_its_states';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER order_moves_along_its_states BEFORE INSERT OR UPDATE ON traceability_workorder
    FOR EACH ROW EXECUTE FUNCTION traceability_order_moves_along_its_states();
ALTER TABLE traceability_workorder ENABLE ALWAYS TRIGGER order_moves_along_its_states;

-- A lot's status moves only along its table; what the lot is never changes. Inserting a lot fires nothing.
CREATE OR REPLACE FUNCTION traceability_lot_moves_along_its_statuses() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF (NEW.id, NEW.site_id, NEW.item_id, NEW.code, NEW.received_at, NEW.order_id)
        IS DISTINCT FROM (OLD.id, OLD.site_id, OLD.item_id, OLD.code, OLD.received_at, OLD.order_id) THEN
        RAISE EXCEPTION 'lot % stays what it is: site, item, code and origin do not change', OLD.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'lot_stays_what_it_is';
    END IF;
    IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (
        ('quarantine', 'released'), ('quarantine', 'held'), ('quarantine', 'rejected'), ('quarantine', 'recalled'),
        ('released', 'quarantine'), ('released', 'held'), ('released', 'rejected'), ('released', 'recalled'),
        ('held', 'quarantine'), ('held', 'released'), ('held', 'rejected'), ('held', 'recalled'),
        ('rejected', 'held'), ('rejected', 'recalled'), ('recalled', 'held'), ('recalled', 'rejected')
    ) THEN
        RAISE EXCEPTION 'lot % cannot go from % to %', OLD.code, OLD.status, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'lot_moves_along_its_statuses';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER lot_moves_along_its_statuses BEFORE UPDATE ON traceability_materiallot
    FOR EACH ROW EXECUTE FUNCTION traceability_lot_moves_along_its_statuses();
ALTER TABLE traceability_materiallot ENABLE ALWAYS TRIGGER lot_moves_along_its_statuses;

-- Balances change all the time: room on the page keeps the changes off the indexes.
ALTER TABLE traceability_stockbalance SET (fillfactor = 70);
