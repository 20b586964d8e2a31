-- Laws of master data that hold whoever writes: the application, an administrator, a replica.
-- All triggers are ENABLE ALWAYS. Refusals carry the name of the law as constraint name, so that they read like checks.

CREATE FUNCTION masterdata_refuse(law text, message text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = law, MESSAGE = message;
END $$;

-- Names of the columns that differ between two rows.
CREATE FUNCTION masterdata_changed(before jsonb, after jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(array_agg(key ORDER BY key), '{}')
    FROM jsonb_each(before) AS was(key, value)
    WHERE was.value IS DISTINCT FROM after -> key
$$;

-- BOM versions, unit factors, trigger definitions: born as drafts, moved along their table, frozen once submitted.
CREATE FUNCTION masterdata_version_law() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    kind text := TG_ARGV[0];
    changed text[];
    signed record;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            PERFORM masterdata_refuse('new_version_is_a_draft',
                format('A new %s is a draft, not %s.', kind, NEW.state));
        END IF;
        RETURN NEW;
    END IF;

    changed := masterdata_changed(to_jsonb(OLD), to_jsonb(NEW));
    IF changed && ARRAY['id', 'item_id', 'author_id', 'number', 'version', 'created_at'] THEN
        PERFORM masterdata_refuse('version_keeps_its_identity',
            format('Item, number and author of a %s never change.', kind));
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('draft', 'submitted'), ('submitted', 'approved'), ('submitted', 'rejected'), ('submitted', 'draft')
    ) THEN
        PERFORM masterdata_refuse('state_moves_along_its_table',
            format('A %s does not go from %s to %s.', kind, OLD.state, NEW.state));
    END IF;

    IF OLD.state = 'approved' THEN
        IF NOT changed <@ ARRAY['effective_to'] THEN
            PERFORM masterdata_refuse('approved_version_never_changes',
                format('An approved %s never changes (%s).', kind, array_to_string(changed, ', ')));
        END IF;
        IF changed <> '{}' AND OLD.effective_to IS NOT NULL THEN
            PERFORM masterdata_refuse('version_ends_once',
                format('The end of an approved %s is set once.', kind));
        END IF;
    ELSIF OLD.state = 'rejected' THEN
        IF changed <> '{}' THEN
            PERFORM masterdata_refuse('rejected_version_never_changes', format('A rejected %s never changes.', kind));
        END IF;
    ELSIF OLD.state = 'submitted' THEN
        IF NOT changed <@ ARRAY['state', 'submitted_at', 'signature_id', 'effective_from', 'effective_to'] THEN
            PERFORM masterdata_refuse('submitted_version_waits',
                format('A submitted %s is decided on, not changed.', kind));
        END IF;
    END IF;

    IF NEW.state = 'approved' THEN
        IF NEW.effective_to IS NOT NULL AND NEW.effective_to <= NEW.effective_from THEN
            PERFORM masterdata_refuse('version_ends_after_it_begins', format('The %s would end before it begins.', kind));
        END IF;
        SELECT person_id, subject_kind, subject_key INTO signed
        FROM masterdata_signature WHERE id = NEW.signature_id;
        IF NOT FOUND THEN
            PERFORM masterdata_refuse('approved_version_is_signed', format('An approved %s is signed.', kind));
        END IF;
        IF signed.person_id = NEW.author_id THEN
            PERFORM masterdata_refuse('author_is_not_approver', format('Nobody approves the %s they wrote.', kind));
        END IF;
        IF NOT (signed.subject_kind = kind AND signed.subject_key = NEW.id::text OR signed.subject_kind = 'import') THEN
            PERFORM masterdata_refuse('signature_is_for_this_record',
                format('The signature was given for another record (%s %s).', signed.subject_kind, signed.subject_key));
        END IF;
    END IF;
    RETURN NEW;
END $$;

-- What belongs to a version is written while that is a draft. The lock keeps it a draft until we commit.
CREATE FUNCTION masterdata_part_law() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    parent_table text := TG_ARGV[0];
    parent_column text := TG_ARGV[1];
    line_column text := coalesce(TG_ARGV[2], '');
    part jsonb := CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
    parent bigint;
    its_state text;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF masterdata_changed(to_jsonb(OLD), to_jsonb(NEW)) && ARRAY['id', parent_column, line_column] THEN
            PERFORM masterdata_refuse('part_stays_with_its_version', 'A part of a version does not move to another.');
        END IF;
    END IF;
    IF line_column <> '' THEN
        SELECT version_id INTO parent FROM masterdata_bomline WHERE id = (part ->> line_column)::bigint;
    ELSE
        parent := (part ->> parent_column)::bigint;
    END IF;
    EXECUTE format('SELECT state FROM %I WHERE id = $1 FOR SHARE', parent_table) INTO its_state USING parent;
    IF its_state IS DISTINCT FROM 'draft' THEN
        PERFORM masterdata_refuse('parts_change_in_drafts_only',
            format('A part of a version that is %s cannot be changed.', coalesce(its_state, 'not there')));
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

-- Columns named in the arguments may change, no others.
CREATE FUNCTION masterdata_only_these_change() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    changed text[] := masterdata_changed(to_jsonb(OLD), to_jsonb(NEW));
BEGIN
    IF NOT changed <@ TG_ARGV THEN
        PERFORM masterdata_refuse('some_columns_never_change',
            format('In %s these never change: %s.', TG_TABLE_NAME,
                array_to_string(ARRAY(SELECT unnest(changed) EXCEPT SELECT unnest(TG_ARGV)), ', ')));
    END IF;
    RETURN NEW;
END $$;

-- Columns named in the arguments never change.
CREATE FUNCTION masterdata_these_never_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF masterdata_changed(to_jsonb(OLD), to_jsonb(NEW)) && TG_ARGV THEN
        PERFORM masterdata_refuse('some_columns_never_change',
            format('In %s these never change: %s.', TG_TABLE_NAME, array_to_string(TG_ARGV, ', ')));
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION masterdata_ticket_law() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.used_at IS NOT NULL THEN
            PERFORM masterdata_refuse('new_ticket_is_unused', 'A new right to sign is unused.');
        END IF;
    ELSIF masterdata_changed(to_jsonb(OLD), to_jsonb(NEW)) <> ARRAY['used_at'] OR OLD.used_at IS NOT NULL THEN
        PERFORM masterdata_refuse('ticket_is_used_once', 'A right to sign is used once, for what it was given.');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION masterdata_only_added_to() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM masterdata_refuse('history_is_only_added_to',
        format('%s on %s: what was recorded stays.', TG_OP, TG_TABLE_NAME));
    RETURN NULL;
END $$;

CREATE FUNCTION masterdata_never_deleted() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM masterdata_refuse('nothing_is_deleted', format('Rows of %s are never deleted.', TG_TABLE_NAME));
    RETURN NULL;
END $$;

-- The number that caches compare. From a sequence, so that a number that was rolled back never comes again.
CREATE SEQUENCE masterdata_revision_number;
INSERT INTO masterdata_masterdatarevision (number) SELECT nextval('masterdata_revision_number');

CREATE FUNCTION bump_master_data_revision() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE public.masterdata_masterdatarevision SET number = nextval('public.masterdata_revision_number');
    RETURN NULL;
END $$;

DO $$
DECLARE
    row record;
BEGIN
    FOR row IN SELECT * FROM (VALUES
        ('masterdata_bomversion', 'bom_version'),
        ('masterdata_unitfactor', 'unit_factor'),
        ('masterdata_triggerdefinition', 'trigger_definition')
    ) AS versions(tbl, kind) LOOP
        EXECUTE format('CREATE TRIGGER version_law BEFORE INSERT OR UPDATE ON %I FOR EACH ROW '
            'EXECUTE FUNCTION masterdata_version_law(%L)', row.tbl, row.kind);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER version_law', row.tbl);
    END LOOP;

    FOR row IN SELECT * FROM (VALUES
        ('masterdata_bomline', 'masterdata_bomversion', 'version_id', ''),
        ('masterdata_bomoutput', 'masterdata_bomversion', 'version_id', ''),
        ('masterdata_scrapfactor', 'masterdata_bomversion', 'version_id', ''),
        ('masterdata_bomlinestep', 'masterdata_bomversion', '', 'line_id'),
        ('masterdata_bomalternate', 'masterdata_bomversion', '', 'line_id'),
        ('masterdata_triggerdefinition_devices', 'masterdata_triggerdefinition', 'triggerdefinition_id', '')
    ) AS parts(tbl, parent, parent_column, line_column) LOOP
        EXECUTE format('CREATE TRIGGER part_law BEFORE INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW '
            'EXECUTE FUNCTION masterdata_part_law(%L, %L, %L)',
            row.tbl, row.parent, row.parent_column, row.line_column);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER part_law', row.tbl);
    END LOOP;
END $$;

CREATE TRIGGER item_law BEFORE UPDATE ON masterdata_item FOR EACH ROW
    EXECUTE FUNCTION masterdata_these_never_change('id', 'code', 'stock_unit_id');
CREATE TRIGGER unit_law BEFORE UPDATE ON masterdata_unit FOR EACH ROW
    EXECUTE FUNCTION masterdata_only_these_change('name', 'symbol');
CREATE TRIGGER label_law BEFORE UPDATE ON masterdata_labelversion FOR EACH ROW
    EXECUTE FUNCTION masterdata_only_these_change('verified_at', 'withdrawn_at');
CREATE TRIGGER ticket_law BEFORE INSERT OR UPDATE ON masterdata_signingticket FOR EACH ROW
    EXECUTE FUNCTION masterdata_ticket_law();
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE ON masterdata_signature FOR EACH ROW
    EXECUTE FUNCTION masterdata_only_added_to();
ALTER TABLE masterdata_item ENABLE ALWAYS TRIGGER item_law;
ALTER TABLE masterdata_unit ENABLE ALWAYS TRIGGER unit_law;
ALTER TABLE masterdata_labelversion ENABLE ALWAYS TRIGGER label_law;
ALTER TABLE masterdata_signingticket ENABLE ALWAYS TRIGGER ticket_law;
ALTER TABLE masterdata_signature ENABLE ALWAYS TRIGGER only_added_to;

DO $$
DECLARE
    tbl text;
BEGIN
    -- Routes and bin services may be taken back, parts of drafts may go; everything else stays for good.
    FOREACH tbl IN ARRAY ARRAY[
        'bin', 'bomversion', 'device', 'item', 'labelversion', 'person', 'persontoken', 'productionline', 'reasoncode',
        'signingticket', 'site', 'supplier', 'training', 'triggerdefinition', 'unit', 'unitfactor', 'masterdatarevision'
    ] LOOP
        EXECUTE format('CREATE TRIGGER never_deleted BEFORE DELETE ON %I FOR EACH ROW '
            'EXECUTE FUNCTION masterdata_never_deleted()', 'masterdata_' || tbl);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER never_deleted', 'masterdata_' || tbl);
    END LOOP;

    FOR tbl IN SELECT tablename FROM pg_tables
        WHERE schemaname = current_schema() AND tablename LIKE 'masterdata\_historical%' LOOP
        EXECUTE format('CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE ON %I FOR EACH ROW '
            'EXECUTE FUNCTION masterdata_only_added_to()', tbl);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER only_added_to', tbl);
    END LOOP;

    FOR tbl IN SELECT tablename FROM pg_tables
        WHERE schemaname = current_schema() AND tablename LIKE 'masterdata\_%' LOOP
        EXECUTE format('CREATE TRIGGER never_truncated BEFORE TRUNCATE ON %I FOR EACH STATEMENT '
            'EXECUTE FUNCTION masterdata_only_added_to()', tbl);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER never_truncated', tbl);
    END LOOP;

    FOREACH tbl IN ARRAY ARRAY[
        'item', 'unit', 'unitfactor', 'bomversion', 'bomline', 'bomlinestep', 'bomalternate', 'bomoutput', 'scrapfactor',
        'operation', 'triggerdefinition', 'triggerdefinition_devices', 'device', 'bin', 'binservice', 'reasoncode',
        'labelversion', 'training', 'site', 'productionline'
    ] LOOP
        EXECUTE format('CREATE TRIGGER bump_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %I '
            'FOR EACH STATEMENT EXECUTE FUNCTION bump_master_data_revision()', 'masterdata_' || tbl);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER bump_revision', 'masterdata_' || tbl);
    END LOOP;
END $$;
