-- Every table has its laws as ALWAYS triggers, the serving role can neither switch them off nor rewrite what is only added to,
-- and PostgreSQL keeps what it acknowledged.
WITH ours AS (
    SELECT c.oid, c.relname, c.relowner FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
        AND c.relname ~ '^(masterdata|traceability|backflush|variance)_'
), law (name, tables) AS (
    -- a law that is not here, or a table that is not, fails the test of this invariant
    VALUES
    ('audit_delete', 'masterdata_(unit|unitfactor|item|labelversion|supplier|bomversion|bomline|bomlinestep|bomalternate|bomoutput|'
        || 'scrapfactor|site|productionline|bin|binservice|operation|triggerdefinition|triggerdefinition_devices|training|'
        || 'reasoncode|device|person|persontoken|changerequest|changesignature|changeorder|changenote|changepolicy|threshold|'
        || 'auditreview|reviewedevent|dataimport|changeattachment|attachmenttakenout|requestbatch)'),
    ('audit_delete', 'traceability_(materiallot|workorder|orderoperation|lineclearance|handlingunit|qualityrecord)'),
    ('audit_delete', 'backflush_(pilot|reversalrequest|orderreopening|outboxconsumer|webhookendpoint)'),
    ('audit_insert', 'masterdata_(unit|unitfactor|item|labelversion|supplier|bomversion|bomline|bomlinestep|bomalternate|bomoutput|'
        || 'scrapfactor|site|productionline|bin|binservice|operation|triggerdefinition|triggerdefinition_devices|training|'
        || 'reasoncode|device|person|persontoken|changerequest|changesignature|changeorder|changenote|changepolicy|threshold|'
        || 'auditreview|reviewedevent|dataimport|changeattachment|attachmenttakenout|requestbatch)'),
    ('audit_insert', 'traceability_(materiallot|workorder|orderoperation|lineclearance|handlingunit|qualityrecord)'),
    ('audit_insert', 'backflush_(pilot|reversalrequest|orderreopening|outboxconsumer|webhookendpoint)'),
    ('audit_update', 'masterdata_(unit|unitfactor|item|labelversion|supplier|bomversion|bomline|bomlinestep|bomalternate|bomoutput|'
        || 'scrapfactor|site|productionline|bin|binservice|operation|triggerdefinition|triggerdefinition_devices|training|'
        || 'reasoncode|device|person|persontoken|changerequest|changesignature|changeorder|changenote|changepolicy|threshold|'
        || 'auditreview|reviewedevent|dataimport|changeattachment|attachmenttakenout|requestbatch)'),
    ('audit_update', 'traceability_(materiallot|workorder|orderoperation|lineclearance|handlingunit|qualityrecord)'),
    ('audit_update', 'backflush_(pilot|reversalrequest|orderreopening|outboxconsumer|webhookendpoint)'),
    ('audit_is_signed_by_its_auditor', 'backflush_bomaudit'),
    ('attachment_taken_out_law', 'masterdata_attachmenttakenout'),
    ('bump_revision', 'masterdata_(bin|binservice|bomalternate|bomline|bomlinestep|bomoutput|bomversion|device|item|labelversion|'
        || 'operation|productionline|reasoncode|scrapfactor|site|training|triggerdefinition|triggerdefinition_devices|unit|'
        || 'unitfactor|changepolicy|threshold)'),
    ('change_attachment_law', 'masterdata_changeattachment'),
    ('change_law', 'masterdata_changerequest'),
    ('change_order_law', 'masterdata_changeorder'),
    ('change_signature_law', 'masterdata_changesignature'),
    ('closed_order_opens_with_signatures', 'traceability_workorder'),
    ('correction_stays_what_it_is', 'backflush_reversalrequest'),
    ('history_is_only_added_to', 'backflush_(bomaudit|bomauditfinding|ledgercheck|orderclose|outboxmessage|pilotmeasurement|pilotordermark|'
        || 'pilotproposal|posting|recipe|reportbody|reportruling|reporttransition|webhookattempt)'),
    ('history_is_only_added_to', 'traceability_(carriedlink|ledgerentry|ledgerline|lotstatuschange|orderpin|packingrecord|'
        || 'qualitylink|qualitynote|stagingscan)'),
    ('history_is_only_added_to', '(backflush|traceability)_historical.*|variance_ordervariance'),
    ('import_file_law', 'masterdata_importfile'),
    ('import_law', 'masterdata_dataimport'),
    ('imported_record_law', 'masterdata_importedrecord'),
    ('impact_is_settled_once', 'backflush_impactreplay'),
    ('item_law', 'masterdata_item'),
    ('label_law', 'masterdata_labelversion'),
    ('lot_moves_along_its_statuses', 'traceability_materiallot'),
    ('measured_while_the_pilot_runs', 'backflush_(pilotmeasurement|pilotordermark)'),
    ('never_deleted', 'masterdata_(auditreview|bin|bomversion|dataimport|device|historymark|item|labelversion|masterdatarevision|person|persontoken|'
        || 'productionline|reasoncode|reviewedevent|signingticket|site|supplier|training|triggerdefinition|unit|unitfactor|'
        || 'changerequest|changepolicy|threshold|requestbatch)'),
    ('never_truncated', 'masterdata_.*'),
    ('nothing_is_deleted', 'backflush_(impactreplay|operationreport|orderprogress|orderreopening|outboxconsumer|outboxhead|pilot|'
        || 'reversalrequest|verifiedmark|webhookendpoint|webhookprogress)'),
    ('nothing_is_deleted', 'traceability_(handlingunit|lineclearance|materiallot|orderoperation|qualitynumber|qualityrecord|'
        || 'stockbalance|workorder)'),
    ('only_added_to', 'masterdata_(historical.*|signature|devicenonce|auditevent|auditblock|credentialevent|formerpassword|'
        || 'changenote|changesignature|periodicreview|importfile|importedrecord|changeattachment|attachmenttakenout)'),
    ('only_by_request', 'masterdata_(item|operation|bin|binservice|productionline|reasoncode|supplier|threshold|changepolicy)'),
    ('only_old_nonces_go', 'masterdata_devicenonce'),
    ('order_moves_along_its_states', 'traceability_workorder'),
    ('part_law', 'masterdata_(bomalternate|bomline|bomlinestep|bomoutput|scrapfactor|triggerdefinition_devices)'),
    ('person_law', 'masterdata_person'),
    ('pilot_ends_once', 'backflush_pilot'),
    ('position_never_goes_back', 'backflush_(outboxconsumer|webhookprogress)'),
    ('quality_record_keeps_its_order', 'traceability_qualityrecord'),
    ('reopening_is_settled_once', 'backflush_orderreopening'),
    ('report_begins_as_it_was_sent', 'backflush_operationreport'),
    ('report_begins_received', 'backflush_operationreport'),
    ('report_is_ruled_on', 'backflush_operationreport'),
    ('report_keeps_its_origin', 'backflush_operationreport'),
    ('report_moves_along_its_states', 'backflush_operationreport'),
    ('request_batch_law', 'masterdata_requestbatch'),
    ('request_is_settled_once', 'backflush_reversalrequest'),
    ('review_is_signed_by_its_reviewer', 'masterdata_periodicreview'),
    ('review_law', 'masterdata_auditreview'),
    ('reviewed_event_law', 'masterdata_reviewedevent'),
    ('rework_stays_what_it_is', 'traceability_workorder'),
    ('signature_is_for_its_record', 'masterdata_(labelversion|auditreview)|traceability_qualityrecord|'
        || 'backflush_(reversalrequest|orderclose|orderreopening|reportruling)'),
    ('ticket_law', 'masterdata_signingticket'),
    ('unit_law', 'masterdata_unit'),
    ('version_by_request_law', 'masterdata_(bomversion|triggerdefinition|unitfactor)'),
    ('version_law', 'masterdata_(bomversion|triggerdefinition|unitfactor)')
), only_added_to AS (
    SELECT o.* FROM ours o
    WHERE EXISTS (
        SELECT 1 FROM law l
        WHERE l.name IN ('only_added_to', 'history_is_only_added_to') AND o.relname ~ ('^(' || l.tables || ')$')
    )
), serving AS (
    -- whoever may put reports into the inbox, besides its owner
    SELECT DISTINCT r.oid, r.rolname, r.rolsuper, r.rolbypassrls, r.rolcreaterole
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
    CROSS JOIN aclexplode(c.relacl) a
    JOIN pg_roles r ON r.oid = a.grantee
    WHERE c.relname = 'backflush_operationreport' AND a.privilege_type = 'INSERT' AND a.grantee <> c.relowner
)
SELECT o.relname AS what, NULL::text AS role, 'has lost its law ' || l.name AS fault
FROM law l
JOIN ours o ON o.relname ~ ('^(' || l.tables || ')$')
LEFT JOIN pg_trigger t ON t.tgrelid = o.oid AND t.tgname = l.name
WHERE t.oid IS NULL
UNION ALL
SELECT o.relname, NULL, 'has a law that is not ALWAYS on: ' || t.tgname
FROM ours o JOIN pg_trigger t ON t.tgrelid = o.oid AND NOT t.tgisinternal
WHERE t.tgenabled <> 'A'
UNION ALL
-- 32: TRUNCATE
SELECT o.relname, NULL, 'may be emptied: it has no law against TRUNCATE'
FROM ours o
WHERE NOT EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = o.oid AND t.tgenabled = 'A' AND t.tgtype & 34 = 34)
UNION ALL
SELECT o.relname, s.rolname, 'is owned by a role that serves, or that it may act as'
FROM ours o JOIN serving s ON pg_has_role(s.oid, o.relowner, 'MEMBER')
WHERE NOT s.rolsuper
UNION ALL
SELECT o.relname, s.rolname, 'may be changed by a role that serves: ' || r.name
FROM only_added_to o
CROSS JOIN serving s
CROSS JOIN (VALUES ('UPDATE'), ('DELETE'), ('TRUNCATE'), ('TRIGGER')) AS r (name)
WHERE NOT s.rolsuper AND NOT pg_has_role(s.oid, o.relowner, 'MEMBER')
    AND (has_table_privilege(s.oid, o.oid, r.name)
        OR r.name = 'UPDATE' AND has_any_column_privilege(s.oid, o.oid, r.name))
UNION ALL
SELECT 'the role', s.rolname, 'is a superuser, bypasses row security, or makes roles'
FROM serving s WHERE s.rolsuper OR s.rolbypassrls OR s.rolcreaterole
UNION ALL
SELECT 'the role', s.rolname, 'may create in schema public'
FROM serving s WHERE NOT s.rolsuper AND has_schema_privilege(s.oid, 'public', 'CREATE')
UNION ALL
SELECT name, NULL, 'is ' || current_setting(name)
FROM (VALUES ('fsync'), ('full_page_writes'), ('data_checksums'), ('synchronous_commit')) AS durable (name)
WHERE current_setting(name) NOT IN ('on', 'remote_write', 'remote_apply')
UNION ALL
SELECT 'synchronous_commit', s.rolname, 'is set for the role or its database: ' || one
FROM pg_db_role_setting d
CROSS JOIN unnest(d.setconfig) AS one
LEFT JOIN serving s ON s.oid = d.setrole
WHERE one ~ '^synchronous_commit=(off|local|false|no|0)$' AND (s.oid IS NOT NULL OR d.setrole = 0)
    AND d.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
