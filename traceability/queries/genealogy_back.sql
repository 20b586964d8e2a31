-- What went into lot r.lot_id: one row for each lot and way, with its quantity and the entries that say so.
SELECT other, how, sum(quantity) AS quantity, string_agg(entry_id::text, ',') AS said_by FROM (
    -- lines that name the output lot
    SELECT l.lot_id AS other, 'own' AS how, l.quantity, l.entry_id
    FROM traceability_ledgerline l
    WHERE l.output_lot_id = r.lot_id AND l.mirrors IS NULL
        AND NOT EXISTS (SELECT 1 FROM traceability_ledgerline m WHERE m.mirrors = l.id)
    UNION ALL
    -- issued before, by a line that owed nothing new for this lot
    SELECT c.input_lot_id, 'carried', 0, c.entry_id
    FROM traceability_carriedlink c
    WHERE c.output_lot_id = r.lot_id
        AND NOT EXISTS (
            SELECT 1 FROM traceability_ledgerline l JOIN traceability_ledgerline m ON m.mirrors = l.id
            WHERE l.entry_id = c.entry_id
        )
    UNION ALL
    -- lines of the order that name no output lot; for a by-product, all of the order's lines
    SELECT l.lot_id, 'shared', l.quantity, l.entry_id
    FROM traceability_materiallot made
    JOIN traceability_workorder o ON o.id = made.order_id
    JOIN traceability_ledgerline l ON l.order_id = made.order_id
    WHERE made.id = r.lot_id AND l.mirrors IS NULL AND l.lot_id <> r.lot_id
        AND l.to_bin_id = ANY (%(consumed)s) AND (l.output_lot_id IS NULL OR made.item_id <> o.item_id
            -- units sent to rework were made of what the good ones beside them were made of
            OR made.origin = 'rework' AND l.output_lot_id = (
                SELECT good.id FROM traceability_materiallot good
                WHERE good.site_id = made.site_id AND good.item_id = made.item_id AND good.code = left(made.code, -2)
            ))
        AND NOT EXISTS (SELECT 1 FROM traceability_ledgerline m WHERE m.mirrors = l.id)
) AS edge GROUP BY other, how OFFSET 0
