-- What lot r.lot_id went into: one row for each lot and way, with its quantity and the entries that say so. A row without a
-- lot ("open") says that orders used it that have made nothing yet.
SELECT other, how, sum(quantity) AS quantity, string_agg(entry_id::text, ',') AS said_by FROM (
    SELECT into_lot.other, into_lot.how, l.quantity, l.entry_id
    FROM traceability_ledgerline l
    CROSS JOIN LATERAL (
        -- the line names the output lot
        SELECT l.output_lot_id AS other, 'own' AS how WHERE l.output_lot_id IS NOT NULL
        UNION ALL
        -- it names none, and so is in every lot of the order
        SELECT made.id, 'shared'
        FROM traceability_materiallot made
        WHERE l.output_lot_id IS NULL AND made.order_id = l.order_id AND made.id <> l.lot_id
        UNION ALL
        -- it names none, and its order has made nothing yet that it could be in
        SELECT NULL, 'open'
        WHERE l.output_lot_id IS NULL AND NOT EXISTS (
            SELECT 1 FROM traceability_materiallot made WHERE made.order_id = l.order_id AND made.id <> l.lot_id
        )
        UNION ALL
        -- units sent to rework were made of what the good ones beside them were made of
        SELECT made.id, 'shared'
        FROM traceability_materiallot good
        JOIN traceability_materiallot made ON made.site_id = good.site_id AND made.item_id = good.item_id
            AND made.code = good.code || '-R' AND made.origin = 'rework'
        WHERE l.output_lot_id = ANY (%(reworked)s) AND good.id = l.output_lot_id
        UNION ALL
        -- by-products share all of their order's lines; asked only of products that have some
        SELECT made.id, 'shared'
        FROM traceability_workorder o
        JOIN traceability_materiallot made
            ON made.order_id = l.order_id AND made.item_id <> o.item_id AND made.id <> l.lot_id
        WHERE %(by_products)s AND l.output_lot_id IS NOT NULL
            AND o.id = l.order_id AND coalesce(o.recipe_item_id, o.item_id) = ANY (%(products)s)
    ) AS into_lot
    WHERE l.lot_id = r.lot_id AND l.mirrors IS NULL AND l.to_bin_id = ANY (%(consumed)s)
        AND NOT EXISTS (SELECT 1 FROM traceability_ledgerline m WHERE m.mirrors = l.id)
    UNION ALL
    -- issued before, for output that owed nothing new
    SELECT c.output_lot_id, 'carried', 0, c.entry_id
    FROM traceability_carriedlink c
    WHERE c.input_lot_id = r.lot_id
        AND NOT EXISTS (
            SELECT 1 FROM traceability_ledgerline l JOIN traceability_ledgerline m ON m.mirrors = l.id
            WHERE l.entry_id = c.entry_id
        )
) AS edge GROUP BY other, how OFFSET 0
