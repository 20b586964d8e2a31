-- An import keeps what was uploaded, by whom and when, and moves along its states; its file and its findings are only added to.
CREATE FUNCTION masterdata_import_law() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'received' THEN
            PERFORM masterdata_refuse('new_import_is_received', 'A new import is received, and nothing else yet.');
        END IF;
        RETURN NEW;
    END IF;
    IF masterdata_changed(to_jsonb(OLD), to_jsonb(NEW))
        && ARRAY['id', 'file_name', 'sha256', 'size', 'zone', 'reason', 'person_id', 'uploaded_at'] THEN
        PERFORM masterdata_refuse('import_keeps_its_origin', 'What was uploaded, by whom and why never changes.');
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('received', 'faulty'), ('received', 'ready'), ('ready', 'received'), ('ready', 'ordered'), ('ready', 'discarded'),
        ('ordered', 'proposed'), ('ordered', 'faulty'), ('ordered', 'received'), ('faulty', 'received'), ('faulty', 'discarded')
    ) THEN
        PERFORM masterdata_refuse('import_moves_along_its_states',
            format('An import does not go from %s to %s.', OLD.state, NEW.state));
    END IF;
    IF OLD.state IN ('proposed', 'discarded') THEN
        PERFORM masterdata_refuse('settled_import_stands', format('An import that is %s never changes.', OLD.state));
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER import_law BEFORE INSERT OR UPDATE ON masterdata_dataimport FOR EACH ROW
    EXECUTE FUNCTION masterdata_import_law();
ALTER TABLE masterdata_dataimport ENABLE ALWAYS TRIGGER import_law;
CREATE TRIGGER never_deleted BEFORE DELETE ON masterdata_dataimport FOR EACH ROW
    EXECUTE FUNCTION masterdata_never_deleted();
ALTER TABLE masterdata_dataimport ENABLE ALWAYS TRIGGER never_deleted;

DO $$
DECLARE
    tbl text;
BEGIN
    FOREACH tbl IN ARRAY ARRAY['masterdata_importfile', 'masterdata_importedrecord'] LOOP
        EXECUTE format('CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE ON %I FOR EACH ROW '
            'EXECUTE FUNCTION masterdata_only_added_to()', tbl);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER only_added_to', tbl);
    END LOOP;
    FOREACH tbl IN ARRAY ARRAY['masterdata_dataimport', 'masterdata_importfile', 'masterdata_importedrecord'] LOOP
        EXECUTE format('CREATE TRIGGER never_truncated BEFORE TRUNCATE ON %I FOR EACH STATEMENT '
            'EXECUTE FUNCTION masterdata_only_added_to()', tbl);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER never_truncated', tbl);
    END LOOP;
    PERFORM masterdata_put_under_audit('masterdata_dataimport', 'id');
END $$;
