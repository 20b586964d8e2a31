-- Reviews are only added to, and signed by whoever made them, for that very record.
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE ON masterdata_periodicreview
    FOR EACH ROW EXECUTE FUNCTION masterdata_only_added_to();
ALTER TABLE masterdata_periodicreview ENABLE ALWAYS TRIGGER only_added_to;
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON masterdata_periodicreview
    FOR EACH STATEMENT EXECUTE FUNCTION masterdata_only_added_to();
ALTER TABLE masterdata_periodicreview ENABLE ALWAYS TRIGGER never_truncated;

CREATE FUNCTION masterdata_review_is_signed_by_its_reviewer() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM masterdata_signature s
        WHERE s.id = NEW.signature_id AND s.person_id = NEW.person_id
            AND s.subject_kind = 'review' AND s.subject_key = NEW.kind || ' ' || NEW.record_key
    ) THEN
        PERFORM masterdata_refuse('review_is_signed_by_its_reviewer',
            'The signature is not that of the reviewer for this record.');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER review_is_signed_by_its_reviewer BEFORE INSERT ON masterdata_periodicreview
    FOR EACH ROW EXECUTE FUNCTION masterdata_review_is_signed_by_its_reviewer();
ALTER TABLE masterdata_periodicreview ENABLE ALWAYS TRIGGER review_is_signed_by_its_reviewer;
