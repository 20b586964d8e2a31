-- Imports move along their states, findings come of a check and are of it, and what was asked of all requests of an import
-- is settled once; whoever writes. All triggers are ENABLE ALWAYS.
CREATE OR REPLACE FUNCTION masterdata_import_law() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    changed text[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'received' OR NEW.checks <> 0 OR NEW.claims <> 0 THEN
            PERFORM public.masterdata_refuse('new_import_is_received', 'A new import is received, and nothing else yet.');
        END IF;
        RETURN NEW;
    END IF;
    changed := public.masterdata_changed(to_jsonb(OLD), to_jsonb(NEW));
    IF changed && ARRAY['id', 'file_name', 'sha256', 'size', 'zone', 'reason', 'person_id', 'uploaded_at'] THEN
        PERFORM public.masterdata_refuse('import_keeps_its_origin', 'What was uploaded, by whom and why never changes.');
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('received', 'faulty'), ('received', 'ready'), ('received', 'failed'), ('ready', 'received'), ('ready', 'ordered'),
        ('ready', 'discarded'), ('ordered', 'proposed'), ('ordered', 'faulty'), ('ordered', 'received'), ('ordered', 'failed'),
        ('faulty', 'received'), ('faulty', 'discarded'), ('failed', 'received'), ('failed', 'discarded')
    ) THEN
        PERFORM public.masterdata_refuse('import_moves_along_its_states',
            format('An import does not go from %s to %s.', OLD.state, NEW.state));
    END IF;
    IF OLD.state IN ('proposed', 'discarded') AND changed <> '{}' THEN
        PERFORM public.masterdata_refuse('settled_import_stands', format('An import that is %s never changes.', OLD.state));
    END IF;
    IF NEW.claims < OLD.claims OR NEW.checks NOT IN (OLD.checks, OLD.checks + 1) THEN
        PERFORM public.masterdata_refuse('import_counts_upwards', 'Claims and checks of an import are counted one by one.');
    END IF;
    IF NEW.checks > OLD.checks AND (OLD.state <> 'received' OR NEW.state NOT IN ('faulty', 'ready')) THEN
        PERFORM public.masterdata_refuse('a_check_is_of_a_received_import', 'Only a received import is checked, and then it is faulty or ready.');
    END IF;
    IF NEW.checks = OLD.checks
        AND changed && ARRAY['rows', 'new', 'changed', 'unchanged', 'waiting', 'changes_digest', 'checked_at'] THEN
        PERFORM public.masterdata_refuse('findings_come_of_a_check', 'What a check found changes with the next check only.');
    END IF;
    RETURN NEW;
END $$;

-- What is kept is what was uploaded, to the bit.
CREATE FUNCTION masterdata_import_file_law() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM public.masterdata_dataimport i WHERE i.id = NEW.data_import_id
            AND i.sha256 = encode(sha256(NEW.content), 'hex') AND i.size = octet_length(NEW.content)
    ) THEN
        PERFORM public.masterdata_refuse('file_is_what_was_uploaded', 'The file is another than the one that was uploaded.');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION masterdata_imported_record_law() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM public.masterdata_dataimport i
        WHERE i.id = NEW.data_import_id AND i.state = 'ready' AND i.checks = NEW.number
    ) THEN
        PERFORM public.masterdata_refuse('imported_record_is_of_its_check', 'What a check found is written with that check, and never later.');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION masterdata_request_batch_law() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    changed text[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'waiting' OR NEW.claims <> 0 THEN
            PERFORM public.masterdata_refuse('new_batch_waits', 'A new batch waits, and nothing else yet.');
        END IF;
        IF NOT EXISTS (
            SELECT 1 FROM public.masterdata_dataimport i
            WHERE i.id = NEW.data_import_id AND i.state = 'proposed' AND i.person_id = NEW.person_id
        ) THEN
            PERFORM public.masterdata_refuse('batch_is_asked_for_by_its_author', 'Only the author of proposed requests goes on with all of them.');
        END IF;
        RETURN NEW;
    END IF;
    changed := public.masterdata_changed(to_jsonb(OLD), to_jsonb(NEW));
    IF OLD.state <> 'waiting' AND changed <> '{}' THEN
        PERFORM public.masterdata_refuse('batch_is_settled_once', format('A batch that is %s never changes.', OLD.state));
    END IF;
    IF changed && ARRAY['id', 'data_import_id', 'step', 'reason', 'person_id', 'asked_at', 'total'] THEN
        PERFORM public.masterdata_refuse('batch_keeps_what_was_asked', 'What was asked, by whom and when never changes.');
    END IF;
    IF NEW.claims < OLD.claims THEN
        PERFORM public.masterdata_refuse('batch_counts_upwards', 'Claims of a batch are counted one by one.');
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER import_file_law BEFORE INSERT ON masterdata_importfile FOR EACH ROW
    EXECUTE FUNCTION masterdata_import_file_law();
ALTER TABLE masterdata_importfile ENABLE ALWAYS TRIGGER import_file_law;
CREATE TRIGGER imported_record_law BEFORE INSERT ON masterdata_importedrecord FOR EACH ROW
    EXECUTE FUNCTION masterdata_imported_record_law();
ALTER TABLE masterdata_importedrecord ENABLE ALWAYS TRIGGER imported_record_law;
CREATE TRIGGER request_batch_law BEFORE INSERT OR UPDATE ON masterdata_requestbatch FOR EACH ROW
    EXECUTE FUNCTION masterdata_request_batch_law();
ALTER TABLE masterdata_requestbatch ENABLE ALWAYS TRIGGER request_batch_law;
CREATE TRIGGER never_deleted BEFORE DELETE ON masterdata_requestbatch FOR EACH ROW
    EXECUTE FUNCTION masterdata_never_deleted();
ALTER TABLE masterdata_requestbatch ENABLE ALWAYS TRIGGER never_deleted;
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON masterdata_requestbatch FOR EACH STATEMENT
    EXECUTE FUNCTION masterdata_only_added_to();
ALTER TABLE masterdata_requestbatch ENABLE ALWAYS TRIGGER never_truncated;
SELECT masterdata_put_under_audit('masterdata_requestbatch', 'id');
