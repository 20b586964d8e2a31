-- Nonces of signing devices are only added to. The owner's function alone takes out those that no signature can use again.

CREATE FUNCTION masterdata_only_old_nonces_go() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF OLD.sent_at > now() - interval '1 hour' THEN
        RAISE EXCEPTION 'nonce % of device % may still come again', OLD.nonce, OLD.device_id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'only_old_nonces_go',
                  HINT = 'A nonce is kept for an hour after the time that was signed with it.';
    END IF;
    RETURN OLD;
END $$;

CREATE TRIGGER only_old_nonces_go BEFORE DELETE ON masterdata_devicenonce
    FOR EACH ROW EXECUTE FUNCTION masterdata_only_old_nonces_go();
CREATE TRIGGER only_added_to BEFORE UPDATE ON masterdata_devicenonce
    FOR EACH ROW EXECUTE FUNCTION masterdata_only_added_to();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON masterdata_devicenonce
    FOR EACH STATEMENT EXECUTE FUNCTION masterdata_only_added_to();
ALTER TABLE masterdata_devicenonce ENABLE ALWAYS TRIGGER only_old_nonces_go;
ALTER TABLE masterdata_devicenonce ENABLE ALWAYS TRIGGER only_added_to;
ALTER TABLE masterdata_devicenonce ENABLE ALWAYS TRIGGER never_truncated;

-- The serving role may call this and may not delete; how many were taken out.
CREATE FUNCTION masterdata_forget_old_nonces() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH gone AS (
        DELETE FROM public.masterdata_devicenonce WHERE sent_at <= now() - interval '1 hour' RETURNING 1
    )
    SELECT count(*) FROM gone
$$;
REVOKE ALL ON FUNCTION masterdata_forget_old_nonces() FROM PUBLIC;
