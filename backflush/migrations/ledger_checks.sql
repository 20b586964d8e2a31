-- What a check found stays what it found. The mark moves with every check, and is never taken away.
CREATE TRIGGER history_is_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON backflush_ledgercheck
    FOR EACH STATEMENT EXECUTE FUNCTION backflush_history_is_only_added_to();
ALTER TABLE backflush_ledgercheck ENABLE ALWAYS TRIGGER history_is_only_added_to;
CREATE TRIGGER nothing_is_deleted BEFORE DELETE OR TRUNCATE ON backflush_verifiedmark
    FOR EACH STATEMENT EXECUTE FUNCTION backflush_nothing_is_deleted();
ALTER TABLE backflush_verifiedmark ENABLE ALWAYS TRIGGER nothing_is_deleted;
