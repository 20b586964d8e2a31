-- What was frozen at the close is only added to: a later figure is another revision.
CREATE TRIGGER history_is_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON variance_ordervariance
    FOR EACH STATEMENT EXECUTE FUNCTION traceability_history_is_only_added_to();
ALTER TABLE variance_ordervariance ENABLE ALWAYS TRIGGER history_is_only_added_to;
