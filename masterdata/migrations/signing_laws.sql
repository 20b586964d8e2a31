-- Laws of signatures, credentials and reviews of the audit trail, that hold whoever writes. All are ENABLE ALWAYS.

-- A record names signatures that were given for it and for nothing else: copying one to another record is refused.
-- Arguments: kind of the record; its key columns, joined by '/'; then the columns that name signatures.
CREATE FUNCTION masterdata_signature_is_for_its_record() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    row_data jsonb := to_jsonb(NEW);
    own_key text := (SELECT string_agg(row_data ->> name, '/' ORDER BY place)
        FROM unnest(string_to_array(TG_ARGV[1], '/')) WITH ORDINALITY AS k(name, place));
    other record;
BEGIN
    SELECT s.subject_kind, s.subject_key INTO other
    FROM unnest(TG_ARGV[2:]) AS c(name) JOIN public.masterdata_signature s ON s.id = (row_data ->> c.name)::bigint
    WHERE (s.subject_kind, s.subject_key) IS DISTINCT FROM (TG_ARGV[0], own_key)
        -- or for the change request that made the record
        AND NOT (s.subject_kind = 'change_request' AND EXISTS (
            SELECT 1 FROM public.masterdata_changerequest c
            WHERE c.number::text = s.subject_key AND c.kind = TG_ARGV[0]
                AND (c.record_id::text = row_data ->> 'id' OR c.record_id IS NULL AND c.proposed ->> 'number' = row_data ->> 'number')
        )) LIMIT 1;
    IF FOUND THEN
        PERFORM public.masterdata_refuse('signature_is_for_its_record', format(
            'This signature was given for %s %s, not for %s %s.', other.subject_kind, other.subject_key, TG_ARGV[0], own_key));
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER signature_is_for_its_record BEFORE INSERT OR UPDATE ON masterdata_labelversion FOR EACH ROW
    EXECUTE FUNCTION masterdata_signature_is_for_its_record('label_version', 'item_id/number', 'signature_id');
ALTER TABLE masterdata_labelversion ENABLE ALWAYS TRIGGER signature_is_for_its_record;
CREATE TRIGGER signature_is_for_its_record BEFORE INSERT OR UPDATE ON masterdata_auditreview FOR EACH ROW
    EXECUTE FUNCTION masterdata_signature_is_for_its_record('audit_review', 'id', 'signature_id');
ALTER TABLE masterdata_auditreview ENABLE ALWAYS TRIGGER signature_is_for_its_record;

-- A user name is one person's for ever.
CREATE TRIGGER person_law BEFORE UPDATE ON masterdata_person FOR EACH ROW
    EXECUTE FUNCTION masterdata_these_never_change('id', 'username');
ALTER TABLE masterdata_person ENABLE ALWAYS TRIGGER person_law;

-- A review looks at the sample that was drawn when it began; once it is signed, nothing of it changes.
CREATE FUNCTION masterdata_review_law() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    judged bigint;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.signature_id IS NOT NULL THEN
            PERFORM public.masterdata_refuse('new_review_is_unsigned', 'A new review of the audit trail is unsigned.');
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.signature_id IS NOT NULL THEN
        PERFORM public.masterdata_refuse('signed_review_never_changes', format('Audit review %s is signed.', OLD.id));
    END IF;
    IF NOT public.masterdata_changed(to_jsonb(OLD), to_jsonb(NEW)) <@ ARRAY['conclusion', 'signature_id', 'signed_at'] THEN
        PERFORM public.masterdata_refuse('review_keeps_its_sample',
            format('What audit review %s looks at never changes.', OLD.id));
    END IF;
    IF NEW.signature_id IS NOT NULL THEN
        SELECT count(*) INTO judged FROM public.masterdata_reviewedevent e WHERE e.review_id = NEW.id AND e.verdict <> '';
        IF judged <> NEW.size THEN
            PERFORM public.masterdata_refuse('review_is_signed_when_all_is_judged',
                format('Of %s events of audit review %s only %s are judged.', NEW.size, NEW.id, judged));
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION masterdata_reviewed_event_law() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    review record;
BEGIN
    -- the lock keeps it unsigned until we commit
    SELECT r.id, r.size, r.signature_id INTO review FROM public.masterdata_auditreview r WHERE r.id = NEW.review_id FOR SHARE;
    IF review.signature_id IS NOT NULL THEN
        PERFORM public.masterdata_refuse('signed_review_never_changes', format('Audit review %s is signed.', review.id));
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.position > review.size THEN
            PERFORM public.masterdata_refuse('review_keeps_its_sample',
                format('Audit review %s looks at %s events.', review.id, review.size));
        END IF;
    ELSIF public.masterdata_changed(to_jsonb(OLD), to_jsonb(NEW)) && ARRAY['id', 'review_id', 'position', 'event_id'] THEN
        PERFORM public.masterdata_refuse('review_keeps_its_sample', 'A reviewed event stays in its place.');
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER review_law BEFORE INSERT OR UPDATE ON masterdata_auditreview FOR EACH ROW
    EXECUTE FUNCTION masterdata_review_law();
ALTER TABLE masterdata_auditreview ENABLE ALWAYS TRIGGER review_law;
CREATE TRIGGER reviewed_event_law BEFORE INSERT OR UPDATE ON masterdata_reviewedevent FOR EACH ROW
    EXECUTE FUNCTION masterdata_reviewed_event_law();
ALTER TABLE masterdata_reviewedevent ENABLE ALWAYS TRIGGER reviewed_event_law;

DO $$
DECLARE
    tbl text;
BEGIN
    FOREACH tbl IN ARRAY ARRAY['masterdata_credentialevent', 'masterdata_formerpassword'] LOOP
        EXECUTE format('CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE ON %I FOR EACH ROW '
            'EXECUTE FUNCTION masterdata_only_added_to()', tbl);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER only_added_to', tbl);
    END LOOP;
    FOREACH tbl IN ARRAY ARRAY['masterdata_auditreview', 'masterdata_reviewedevent', 'masterdata_historymark'] LOOP
        EXECUTE format('CREATE TRIGGER never_deleted BEFORE DELETE ON %I FOR EACH ROW '
            'EXECUTE FUNCTION masterdata_never_deleted()', tbl);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER never_deleted', tbl);
    END LOOP;
    FOREACH tbl IN ARRAY ARRAY['masterdata_credentialevent', 'masterdata_formerpassword', 'masterdata_auditreview',
        'masterdata_reviewedevent', 'masterdata_historymark'] LOOP
        EXECUTE format('CREATE TRIGGER never_truncated BEFORE TRUNCATE ON %I FOR EACH STATEMENT '
            'EXECUTE FUNCTION masterdata_only_added_to()', tbl);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER never_truncated', tbl);
    END LOOP;
    PERFORM masterdata_put_under_audit('masterdata_auditreview', 'id');
    PERFORM masterdata_put_under_audit('masterdata_reviewedevent', 'id');
END $$;
