-- Laws of impact replays. ENABLE ALWAYS: not even session_replication_role switches them off.

-- People sign on what a replay showed: it is never deleted, and what it found stays what it found.
CREATE TRIGGER nothing_is_deleted BEFORE DELETE OR TRUNCATE ON backflush_impactreplay
    FOR EACH STATEMENT EXECUTE FUNCTION backflush_nothing_is_deleted();
ALTER TABLE backflush_impactreplay ENABLE ALWAYS TRIGGER nothing_is_deleted;

CREATE FUNCTION backflush_impact_is_settled_once() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF OLD.state NOT IN ('queued', 'running') OR (OLD.state = 'running' AND NEW.state = 'queued') THEN
        RAISE EXCEPTION 'impact replay % is %: it stays as it is', OLD.id, OLD.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'impact_is_settled_once', HINT = 'Ask for another replay.';
    END IF;
    IF (OLD.site_id, OLD.kind, OLD.record_id, OLD.digest, OLD.days, OLD.since, OLD.until, OLD.requested_by_id, OLD.requested_at)
        IS DISTINCT FROM
       (NEW.site_id, NEW.kind, NEW.record_id, NEW.digest, NEW.days, NEW.since, NEW.until, NEW.requested_by_id, NEW.requested_at)
    THEN
        RAISE EXCEPTION 'impact replay %: what was asked for never changes', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'impact_keeps_what_was_asked', HINT = 'Ask for another replay.';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER impact_is_settled_once BEFORE UPDATE ON backflush_impactreplay
    FOR EACH ROW EXECUTE FUNCTION backflush_impact_is_settled_once();
ALTER TABLE backflush_impactreplay ENABLE ALWAYS TRIGGER impact_is_settled_once;
