-- Files of change requests: each is what its row says, is at most so large, and comes and goes in drafts only.

CREATE FUNCTION masterdata_change_attachment_law() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    asked record;
BEGIN
    -- the lock keeps it a draft until we commit
    SELECT c.number, c.state INTO asked FROM public.masterdata_changerequest c WHERE c.id = NEW.request_id FOR SHARE;
    IF asked.state IS DISTINCT FROM 'draft' THEN
        PERFORM public.masterdata_refuse('files_are_attached_to_drafts',
            format('CR-%s is %s: files are attached to drafts only.', asked.number, asked.state));
    END IF;
    IF octet_length(NEW.content) > 25 * 1024 * 1024 THEN
        PERFORM public.masterdata_refuse('attachment_is_of_a_size_that_is_taken', 'An attached file has at most 25 MB.');
    END IF;
    IF NEW.size <> octet_length(NEW.content) OR NEW.sha256 <> encode(sha256(NEW.content), 'hex') THEN
        PERFORM public.masterdata_refuse('attachment_is_what_it_says', 'Size and SHA-256 are not those of the file.');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION masterdata_attachment_taken_out_law() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    asked record;
BEGIN
    SELECT c.number, c.state INTO asked FROM public.masterdata_changerequest c
    JOIN public.masterdata_changeattachment a ON a.request_id = c.id WHERE a.id = NEW.attachment_id FOR SHARE OF c;
    IF asked.state IS DISTINCT FROM 'draft' THEN
        PERFORM public.masterdata_refuse('files_are_taken_out_of_drafts',
            format('CR-%s is %s: its files belong to what is signed.', asked.number, asked.state));
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER change_attachment_law BEFORE INSERT ON masterdata_changeattachment FOR EACH ROW
    EXECUTE FUNCTION masterdata_change_attachment_law();
ALTER TABLE masterdata_changeattachment ENABLE ALWAYS TRIGGER change_attachment_law;
CREATE TRIGGER attachment_taken_out_law BEFORE INSERT ON masterdata_attachmenttakenout FOR EACH ROW
    EXECUTE FUNCTION masterdata_attachment_taken_out_law();
ALTER TABLE masterdata_attachmenttakenout ENABLE ALWAYS TRIGGER attachment_taken_out_law;

DO $$
DECLARE
    tbl text;
BEGIN
    FOREACH tbl IN ARRAY ARRAY['masterdata_changeattachment', 'masterdata_attachmenttakenout'] LOOP
        EXECUTE format('CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE ON %I FOR EACH ROW '
            'EXECUTE FUNCTION masterdata_only_added_to()', tbl);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER only_added_to', tbl);
        EXECUTE format('CREATE TRIGGER never_truncated BEFORE TRUNCATE ON %I FOR EACH STATEMENT '
            'EXECUTE FUNCTION masterdata_only_added_to()', tbl);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER never_truncated', tbl);
    END LOOP;
    -- of the bytes the trail keeps a fingerprint, as it does of credentials: they are in their table already
    PERFORM masterdata_put_under_audit('masterdata_changeattachment', 'id', ARRAY['content']);
    PERFORM masterdata_put_under_audit('masterdata_attachmenttakenout', 'id');
END $$;
