-- Change requests in PostgreSQL: states move along their table, signatures are of the round, and governed records change
-- under a request that was approved, whoever writes.

CREATE FUNCTION masterdata_change_law() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    changed text[];
    missing text[];
    signed text;
    place integer;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' OR NEW.round <> 1 OR NEW.effective_at IS NOT NULL THEN
            PERFORM masterdata_refuse('new_change_is_a_draft', 'A new change request is a draft.');
        END IF;
        RETURN NEW;
    END IF;
    changed := masterdata_changed(to_jsonb(OLD), to_jsonb(NEW));
    IF changed && ARRAY['id', 'number', 'kind', 'author_id', 'created_at'] THEN
        PERFORM masterdata_refuse('change_keeps_its_identity', 'Number, kind and author of a change request never change.');
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('draft', 'submitted'), ('draft', 'withdrawn'), ('submitted', 'draft'), ('submitted', 'withdrawn'),
        ('submitted', 'rejected'), ('submitted', 'approved'), ('approved', 'effective'), ('approved', 'withdrawn'),
        ('effective', 'superseded')
    ) OR (OLD.state, NEW.state) = ('approved', 'withdrawn')
        AND NEW.kind IN ('bom_version', 'unit_factor', 'trigger_definition') THEN
        PERFORM masterdata_refuse('change_moves_along_its_table',
            format('A change request does not go from %s to %s.', OLD.state, NEW.state));
    END IF;
    IF NEW.round <> OLD.round + (CASE WHEN (OLD.state, NEW.state) = ('submitted', 'draft') THEN 1 ELSE 0 END) THEN
        PERFORM masterdata_refuse('round_rises_when_taken_back', 'A round ends when the request is taken back.');
    END IF;
    IF OLD.state <> 'draft' AND NOT changed <@ ARRAY[
        'state', 'round', 'decided_at', 'decision_reason', 'effective_at', 'record_id', 'submitted_at', 'base', 'required_roles', 'hindrance'
    ] OR OLD.state NOT IN ('draft', 'submitted') AND changed && ARRAY['base', 'required_roles', 'submitted_at'] THEN
        PERFORM masterdata_refuse('submitted_change_waits',
            format('A change request that is %s is decided on, not changed (%s).', OLD.state, array_to_string(changed, ', ')));
    END IF;
    IF OLD.state = 'submitted' AND NEW.state <> 'draft' AND changed && ARRAY['base', 'required_roles', 'submitted_at'] THEN
        PERFORM masterdata_refuse('submitted_change_waits', 'What was submitted stands as it is.');
    END IF;
    IF 'record_id' = ANY (changed) AND OLD.record_id IS NOT NULL THEN
        PERFORM masterdata_refuse('change_keeps_its_record', 'A change request stays with its record.');
    END IF;
    IF NEW.state = 'submitted' AND OLD.state = 'draft' AND cardinality(NEW.required_roles) = 0 THEN
        PERFORM masterdata_refuse('a_change_is_signed', 'A change request needs at least one signature.');
    END IF;
    IF NEW.state = 'approved' AND OLD.state = 'submitted' THEN
        missing := NEW.required_roles;
        FOR signed IN SELECT role FROM masterdata_changesignature WHERE request_id = NEW.id AND round = NEW.round LOOP
            place := array_position(missing, signed::varchar);
            IF place IS NOT NULL THEN
                missing := missing[:place - 1] || missing[place + 1:];
            END IF;
        END LOOP;
        IF cardinality(missing) > 0 THEN
            PERFORM masterdata_refuse('approved_change_has_its_signatures',
                format('Signatures are missing: %s.', array_to_string(missing, ', ')));
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION masterdata_change_signature_law() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    asked record;
    given record;
BEGIN
    SELECT * INTO asked FROM masterdata_changerequest WHERE id = NEW.request_id FOR SHARE;
    SELECT * INTO given FROM masterdata_signature WHERE id = NEW.signature_id;
    IF asked.state <> 'submitted' OR asked.round <> NEW.round THEN
        PERFORM masterdata_refuse('submitted_change_is_signed', 'Only a submitted change request is signed, in its round.');
    END IF;
    IF NEW.person_id = asked.author_id THEN
        PERFORM masterdata_refuse('author_is_not_approver', 'Nobody approves the change they wrote.');
    END IF;
    IF given.person_id <> NEW.person_id OR given.subject_kind <> 'change_request'
        OR given.subject_key <> asked.number::text THEN
        PERFORM masterdata_refuse('signature_is_for_this_record', 'The signature was given for another record, or by another.');
    END IF;
    RETURN NEW;
END $$;

-- Decisions on orders are the author's, and part of what is signed: they are written while the request is a draft.
CREATE FUNCTION masterdata_change_order_law() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    its_state text;
BEGIN
    SELECT state INTO its_state FROM masterdata_changerequest
    WHERE id = (CASE WHEN TG_OP = 'DELETE' THEN OLD.request_id ELSE NEW.request_id END) FOR SHARE;
    IF its_state <> 'draft' THEN
        PERFORM masterdata_refuse('orders_are_decided_in_drafts', 'What a change means for an order is decided before it is submitted.');
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

-- Records without versions of their own change only while an approved request for them is being carried out.
CREATE FUNCTION masterdata_governed_law() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    asked text := coalesce(current_setting('backflush.change_request', true), '');
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(OLD) = to_jsonb(NEW) THEN
        RETURN NEW;
    END IF;
    -- compared as text: nothing says in which order an OR is looked at
    IF NOT EXISTS (
        SELECT 1 FROM masterdata_changerequest c
        WHERE c.number::text = asked AND c.state = 'approved' AND c.kind = TG_ARGV[0] AND c.record_id = OLD.id
    ) THEN
        PERFORM masterdata_refuse('governed_record_changes_by_request',
            format('This %s changes by an approved change request only.', replace(TG_ARGV[0], '_', ' ')));
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

-- A version under an open request is approved by that request's signatures and in no other way.
CREATE FUNCTION masterdata_version_by_request_law() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    asked record;
    signed record;
BEGIN
    IF NEW.state IS DISTINCT FROM 'approved' OR OLD.state = 'approved' THEN
        RETURN NEW;
    END IF;
    SELECT * INTO signed FROM masterdata_signature WHERE id = NEW.signature_id;
    SELECT * INTO asked FROM masterdata_changerequest
    WHERE kind = TG_ARGV[0] AND record_id = NEW.id AND state NOT IN ('withdrawn', 'rejected');
    IF FOUND THEN
        IF asked.state <> 'approved' OR signed.subject_kind <> 'change_request' OR signed.subject_key <> asked.number::text THEN
            PERFORM masterdata_refuse('version_is_approved_by_its_request',
                format('This version is decided on by change request CR-%s.', asked.number));
        END IF;
    ELSIF signed.subject_kind = 'change_request' THEN
        PERFORM masterdata_refuse('signature_is_for_this_record', 'The signature was given for another record.');
    END IF;
    RETURN NEW;
END $$;

DO $$
DECLARE
    row record;
    body text;
BEGIN
    -- The law of versions admits a request's signature; which one is good is the law above.
    body := pg_get_functiondef('masterdata_version_law'::regproc);
    body := replace(body, 'OR signed.subject_kind = ''import'')', 'OR signed.subject_kind IN (''import'', ''change_request''))');
    EXECUTE body;
    FOR row IN SELECT * FROM (VALUES
        ('masterdata_bomversion', 'bom_version'), ('masterdata_unitfactor', 'unit_factor'),
        ('masterdata_triggerdefinition', 'trigger_definition')
    ) AS versions(tbl, kind) LOOP
        EXECUTE format('CREATE TRIGGER version_by_request_law BEFORE UPDATE ON %I FOR EACH ROW '
            'EXECUTE FUNCTION masterdata_version_by_request_law(%L)', row.tbl, row.kind);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER version_by_request_law', row.tbl);
    END LOOP;
    FOR row IN SELECT * FROM (VALUES
        ('item', 'item', 'UPDATE'), ('operation', 'operation', 'UPDATE'), ('bin', 'bin', 'UPDATE'),
        ('binservice', 'bin_service', 'UPDATE OR DELETE'), ('productionline', 'production_line', 'UPDATE'),
        ('reasoncode', 'reason', 'UPDATE'), ('supplier', 'supplier', 'UPDATE'), ('threshold', 'threshold', 'UPDATE'),
        ('changepolicy', 'change_policy', 'UPDATE')
    ) AS governed(tbl, kind, acts) LOOP
        EXECUTE format('CREATE TRIGGER only_by_request BEFORE %s ON %I FOR EACH ROW '
            'EXECUTE FUNCTION masterdata_governed_law(%L)', row.acts, 'masterdata_' || row.tbl, row.kind);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER only_by_request', 'masterdata_' || row.tbl);
    END LOOP;

    CREATE TRIGGER change_law BEFORE INSERT OR UPDATE ON masterdata_changerequest FOR EACH ROW
        EXECUTE FUNCTION masterdata_change_law();
    ALTER TABLE masterdata_changerequest ENABLE ALWAYS TRIGGER change_law;
    CREATE TRIGGER change_signature_law BEFORE INSERT ON masterdata_changesignature FOR EACH ROW
        EXECUTE FUNCTION masterdata_change_signature_law();
    ALTER TABLE masterdata_changesignature ENABLE ALWAYS TRIGGER change_signature_law;
    CREATE TRIGGER change_order_law BEFORE INSERT OR UPDATE OR DELETE ON masterdata_changeorder FOR EACH ROW
        EXECUTE FUNCTION masterdata_change_order_law();
    ALTER TABLE masterdata_changeorder ENABLE ALWAYS TRIGGER change_order_law;

    FOR row IN SELECT unnest(ARRAY['changesignature', 'changenote']) AS tbl LOOP
        EXECUTE format('CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE ON %I FOR EACH ROW '
            'EXECUTE FUNCTION masterdata_only_added_to()', 'masterdata_' || row.tbl);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER only_added_to', 'masterdata_' || row.tbl);
    END LOOP;
    FOR row IN SELECT unnest(ARRAY['changerequest', 'changepolicy', 'threshold']) AS tbl LOOP
        EXECUTE format('CREATE TRIGGER never_deleted BEFORE DELETE ON %I FOR EACH ROW '
            'EXECUTE FUNCTION masterdata_never_deleted()', 'masterdata_' || row.tbl);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER never_deleted', 'masterdata_' || row.tbl);
    END LOOP;
    FOR row IN SELECT tablename AS tbl FROM pg_tables
        WHERE schemaname = current_schema() AND tablename IN ('masterdata_historicalchangerequest',
            'masterdata_historicalchangeorder', 'masterdata_historicalchangepolicy', 'masterdata_historicalthreshold') LOOP
        EXECUTE format('CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE ON %I FOR EACH ROW '
            'EXECUTE FUNCTION masterdata_only_added_to()', row.tbl);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER only_added_to', row.tbl);
    END LOOP;
    FOR row IN SELECT unnest(ARRAY['changerequest', 'changesignature', 'changeorder', 'changenote', 'changepolicy', 'threshold',
            'historicalchangerequest', 'historicalchangeorder', 'historicalchangepolicy', 'historicalthreshold']) AS tbl LOOP
        EXECUTE format('CREATE TRIGGER never_truncated BEFORE TRUNCATE ON %I FOR EACH STATEMENT '
            'EXECUTE FUNCTION masterdata_only_added_to()', 'masterdata_' || row.tbl);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER never_truncated', 'masterdata_' || row.tbl);
    END LOOP;
    FOR row IN SELECT unnest(ARRAY['changepolicy', 'threshold']) AS tbl LOOP
        EXECUTE format('CREATE TRIGGER bump_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %I '
            'FOR EACH STATEMENT EXECUTE FUNCTION bump_master_data_revision()', 'masterdata_' || row.tbl);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER bump_revision', 'masterdata_' || row.tbl);
    END LOOP;
    FOR row IN SELECT unnest(ARRAY['changerequest', 'changesignature', 'changeorder', 'changenote', 'changepolicy', 'threshold']) AS tbl LOOP
        PERFORM masterdata_put_under_audit(('masterdata_' || row.tbl)::regclass, 'id');
    END LOOP;
END $$;
