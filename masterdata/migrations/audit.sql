-- The audit trail beneath the history tables: whatever writes to a table under audit, each row that changed leaves one event.
-- Written by triggers with the owner's rights; the serving role can only read it. Sealed in blocks, each over the one before.

-- Puts a table under audit. `key`: its primary key; `hidden`: columns of which only a fingerprint is kept.
CREATE FUNCTION masterdata_put_under_audit(watched regclass, key text, hidden text[] DEFAULT '{}') RETURNS void
LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
    arguments text := (SELECT string_agg(quote_literal(one), ', ') FROM unnest(ARRAY[key] || hidden) AS one);
    act text;
    tables text;
BEGIN
    FOR act, tables IN VALUES
        ('insert', 'NEW TABLE AS new_rows'),
        ('update', 'OLD TABLE AS old_rows NEW TABLE AS new_rows'),
        ('delete', 'OLD TABLE AS old_rows')
    LOOP
        EXECUTE format(
            'CREATE TRIGGER audit_%1$s AFTER %1$s ON %2$s REFERENCING %3$s FOR EACH STATEMENT'
            ' EXECUTE FUNCTION masterdata_audit(%4$s)', act, watched, tables, arguments);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER audit_%s', watched, act);
    END LOOP;
    -- what stands there already has to begin somewhere
    EXECUTE format(
        'INSERT INTO public.masterdata_auditevent (epoch, xid, at, site_id, tbl, key, op, actor, on_behalf, reason, db_user, new)'
        ' SELECT public.masterdata_audit_epoch(), pg_current_xact_id()::text::bigint, clock_timestamp(),'
        '  (to_jsonb(r) ->> ''site_id'')::bigint, %L, to_jsonb(r) ->> %L, ''found'', ''migration:audit'', '''', '''', session_user,'
        '  public.masterdata_audited(to_jsonb(r), %L::text[]) FROM %s AS r', watched::text, key, hidden, watched);
END $$;

-- A cluster that was restored from a dump counts its transactions anew; what it writes belongs to another epoch.
CREATE FUNCTION masterdata_audit_epoch() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT system_identifier FROM pg_control_system()
$$;

-- A row as the trail keeps it: of credentials a fingerprint, which tells that one changed and not what it is.
CREATE FUNCTION masterdata_audited(row_data jsonb, hidden text[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
    SELECT CASE WHEN cardinality(hidden) = 0 THEN row_data ELSE row_data || coalesce((
        SELECT jsonb_object_agg(name, CASE WHEN coalesce(row_data ->> name, '') = '' THEN row_data -> name
            ELSE to_jsonb('sha256:' || left(encode(sha256(convert_to(row_data ->> name, 'UTF8')), 'hex'), 16)) END)
        FROM unnest(hidden) AS name WHERE row_data ? name
    ), '{}') END
$$;

CREATE FUNCTION masterdata_audit() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    key_column text := TG_ARGV[0];
    hidden text[] := coalesce(TG_ARGV[1:], '{}');
    who text := coalesce(current_setting('backflush.actor', true), '');
    behalf text := coalesce(current_setting('backflush.on_behalf', true), '');
    why text := coalesce(current_setting('backflush.reason', true), '');
    xact bigint := pg_current_xact_id()::text::bigint;
    written bigint;
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO masterdata_auditevent
            (epoch, xid, at, site_id, tbl, key, op, actor, on_behalf, reason, db_user, new)
        SELECT masterdata_audit_epoch(), xact, clock_timestamp(), (n.data ->> 'site_id')::bigint, TG_TABLE_NAME,
            n.data ->> key_column, 'insert', who, behalf, why, session_user, masterdata_audited(n.data, hidden)
        FROM (SELECT to_jsonb(r) AS data FROM new_rows r) AS n;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO masterdata_auditevent
            (epoch, xid, at, site_id, tbl, key, op, actor, on_behalf, reason, db_user, old)
        SELECT masterdata_audit_epoch(), xact, clock_timestamp(), (o.data ->> 'site_id')::bigint, TG_TABLE_NAME,
            o.data ->> key_column, 'delete', who, behalf, why, session_user, masterdata_audited(o.data, hidden)
        FROM (SELECT to_jsonb(r) AS data FROM old_rows r) AS o;
    ELSE
        IF EXISTS (
            SELECT to_jsonb(r) ->> key_column FROM new_rows r EXCEPT SELECT to_jsonb(r) ->> key_column FROM old_rows r
        ) THEN
            PERFORM masterdata_refuse('key_never_changes', format('A key of %s never changes.', TG_TABLE_NAME));
        END IF;
        INSERT INTO masterdata_auditevent
            (epoch, xid, at, site_id, tbl, key, op, actor, on_behalf, reason, db_user, old, new)
        SELECT masterdata_audit_epoch(), xact, clock_timestamp(), (n.data ->> 'site_id')::bigint, TG_TABLE_NAME,
            n.data ->> key_column, 'update', who, behalf, why, session_user,
            masterdata_audited(o.data, hidden), masterdata_audited(n.data, hidden)
        FROM (SELECT to_jsonb(r) AS data FROM old_rows r) AS o
        JOIN (SELECT to_jsonb(r) AS data FROM new_rows r) AS n ON n.data ->> key_column = o.data ->> key_column
        WHERE n.data IS DISTINCT FROM o.data;
    END IF;
    GET DIAGNOSTICS written = ROW_COUNT;
    IF written > 0 AND who = '' THEN
        PERFORM masterdata_refuse('every_write_has_an_actor',
            format('A write to %s does not say who writes. Set backflush.actor in the transaction.', TG_TABLE_NAME));
    END IF;
    RETURN NULL;
END $$;

-- An event as it is sealed: the same text for ever, whatever the session's settings.
CREATE FUNCTION masterdata_audit_text(e masterdata_auditevent) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT jsonb_build_array(e.id, e.epoch, e.xid, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), e.site_id,
        e.tbl, e.key, e.op, e.actor, e.on_behalf, e.reason, e.db_user, e.old, e.new)::text
$$;

-- What a block over these events of an epoch says: how many, the first and last id, and the digest over the one before.
CREATE FUNCTION masterdata_audit_block(of_epoch bigint, from_xid bigint, below_xid bigint, previous text)
RETURNS TABLE (events bigint, first_id bigint, last_id bigint, digest text)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(*), min(e.id), max(e.id), encode(sha256(convert_to(previous, 'UTF8') || coalesce(
        string_agg(sha256(convert_to(masterdata_audit_text(e), 'UTF8')), ''::bytea ORDER BY e.xid, e.id), ''::bytea)), 'hex')
    FROM masterdata_auditevent e
    WHERE e.epoch = of_epoch AND e.xid >= from_xid AND e.xid < below_xid
$$;

-- Seals what can no longer grow: events of transactions below the oldest that is still running. Returns the new blocks' numbers.
CREATE FUNCTION masterdata_seal_audit() RETURNS SETOF bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    here bigint := masterdata_audit_epoch();
    horizon bigint;
    last record;
    one bigint;
    start bigint;
    made record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('masterdata_seal_audit', 0));
    FOR one IN SELECT DISTINCT epoch FROM masterdata_auditevent ORDER BY 1 LOOP
        SELECT * INTO last FROM masterdata_auditblock ORDER BY number DESC LIMIT 1;
        SELECT coalesce(max(b.below_xid), 0) INTO start FROM masterdata_auditblock b WHERE b.epoch = one;
        IF one <> here THEN  -- nothing of an earlier cluster is running any more
            horizon := (SELECT max(e.xid) + 1 FROM masterdata_auditevent e WHERE e.epoch = one);
        ELSE
            horizon := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
        END IF;
        SELECT * INTO made FROM masterdata_audit_block(one, start, horizon, coalesce(last.digest, ''));
        IF made.events > 0 THEN
            INSERT INTO masterdata_auditblock
                (number, epoch, from_xid, below_xid, events, first_id, last_id, previous, digest, sealed_at)
            VALUES (coalesce(last.number, 0) + 1, one, start, horizon, made.events, made.first_id, made.last_id,
                coalesce(last.digest, ''), made.digest, clock_timestamp());
            RETURN NEXT coalesce(last.number, 0) + 1;
        END IF;
    END LOOP;
END $$;

-- What one table says against its trail: rows that are not as the last event left them, and changes between two events.
CREATE FUNCTION masterdata_audit_differences(watched regclass, key_column text, hidden text[])
RETURNS TABLE (key text, event bigint, fault text)
LANGUAGE plpgsql STABLE SET timezone = 'UTC' AS $$
BEGIN
    RETURN QUERY EXECUTE format($query$
        WITH told AS (
            SELECT e.key::text AS key, e.id, e.op, e.old, e.new, lead(e.id) OVER w AS next_id, lag(e.new) OVER w AS before,
                lag(e.op) OVER w AS before_op
            FROM public.masterdata_auditevent e WHERE e.tbl = %1$L WINDOW w AS (PARTITION BY e.key ORDER BY e.id)
        ), there AS (
            SELECT to_jsonb(r) ->> %2$L AS key, public.masterdata_audited(to_jsonb(r), %3$L::text[]) AS data FROM %4$s AS r
        )
        SELECT coalesce(t.key, r.key), t.id, CASE
            WHEN t.key IS NULL THEN 'is there, and no event says how it came'
            WHEN t.op = 'delete' THEN 'is there, though its last event took it away'
            WHEN r.key IS NULL THEN 'is gone, and no event says so'
            ELSE 'is not as its last event left it' END
        FROM (SELECT * FROM told WHERE next_id IS NULL) AS t FULL JOIN there r ON r.key = t.key
        WHERE CASE WHEN t.key IS NULL THEN true WHEN t.op = 'delete' THEN r.key IS NOT NULL WHEN r.key IS NULL THEN true
            ELSE public.masterdata_audit_differs(t.new, r.data) END
        UNION ALL
        SELECT t.key, t.id, 'was changed before this event, and no event says so'
        FROM told t
        WHERE t.old IS NOT NULL AND (t.before IS NULL OR public.masterdata_audit_differs(t.before, t.old))
        UNION ALL
        SELECT t.key, t.id, 'was there before this event, and no event says that it went'
        FROM told t WHERE t.op IN ('insert', 'found') AND t.before_op IS NOT NULL AND t.before_op <> 'delete'
    $query$, watched::text, key_column, hidden, watched);
END $$;

-- Whether two forms of a row differ in a column that both have: later migrations add columns and take some away.
CREATE FUNCTION masterdata_audit_differs(one jsonb, other jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
    SELECT one IS DISTINCT FROM other AND EXISTS (
        SELECT 1 FROM jsonb_each(one) AS o WHERE other ? o.key AND other -> o.key IS DISTINCT FROM o.value
    )
$$;

DO $$
DECLARE
    tbl text;
BEGIN
    FOREACH tbl IN ARRAY ARRAY['masterdata_auditevent', 'masterdata_auditblock'] LOOP
        EXECUTE format('CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE ON %I FOR EACH ROW '
            'EXECUTE FUNCTION masterdata_only_added_to()', tbl);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER only_added_to', tbl);
        EXECUTE format('CREATE TRIGGER never_truncated BEFORE TRUNCATE ON %I FOR EACH STATEMENT '
            'EXECUTE FUNCTION masterdata_only_added_to()', tbl);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER never_truncated', tbl);
    END LOOP;

    FOREACH tbl IN ARRAY ARRAY[
        'unit', 'unitfactor', 'item', 'labelversion', 'supplier', 'bomversion', 'bomline', 'bomlinestep', 'bomalternate',
        'bomoutput', 'scrapfactor', 'site', 'productionline', 'bin', 'binservice', 'operation', 'triggerdefinition',
        'triggerdefinition_devices', 'training', 'reasoncode'
    ] LOOP
        PERFORM masterdata_put_under_audit(('masterdata_' || tbl)::regclass, 'id');
    END LOOP;
    PERFORM masterdata_put_under_audit('masterdata_device', 'id', ARRAY['token_digest', 'signing_salt']);
    PERFORM masterdata_put_under_audit('masterdata_person', 'id', ARRAY['password', 'pin']);
    PERFORM masterdata_put_under_audit('masterdata_persontoken', 'id', ARRAY['digest']);
END $$;
