-- Every row of the ledger names rows that are there: these tables have no foreign keys.
SELECT 'ledger line' AS row, l.id, 'entry' AS names, l.entry_id AS missing
FROM traceability_ledgerline l
LEFT JOIN traceability_ledgerentry e ON e.id = l.entry_id AND e.site_id = l.site_id WHERE e.id IS NULL
UNION ALL
SELECT 'ledger line', l.id, 'lot', l.lot_id
FROM traceability_ledgerline l LEFT JOIN traceability_materiallot x ON x.id = l.lot_id WHERE x.id IS NULL
UNION ALL
SELECT 'ledger line', l.id, 'output lot', l.output_lot_id
FROM traceability_ledgerline l LEFT JOIN traceability_materiallot x ON x.id = l.output_lot_id
WHERE l.output_lot_id IS NOT NULL AND x.id IS NULL
UNION ALL
SELECT 'ledger line', l.id, 'item', l.item_id
FROM traceability_ledgerline l LEFT JOIN masterdata_item x ON x.id = l.item_id WHERE x.id IS NULL
UNION ALL
SELECT 'ledger line', l.id, 'bin', l.from_bin_id
FROM traceability_ledgerline l LEFT JOIN masterdata_bin x ON x.id = l.from_bin_id WHERE x.id IS NULL
UNION ALL
SELECT 'ledger line', l.id, 'bin', l.to_bin_id
FROM traceability_ledgerline l LEFT JOIN masterdata_bin x ON x.id = l.to_bin_id WHERE x.id IS NULL
UNION ALL
SELECT 'ledger line', l.id, 'order', ends.order_id
FROM traceability_ledgerline l
CROSS JOIN LATERAL (VALUES (l.from_order), (l.to_order), (coalesce(l.order_id, 0))) AS ends (order_id)
LEFT JOIN traceability_workorder x ON x.id = ends.order_id
WHERE ends.order_id <> 0 AND x.id IS NULL
UNION ALL
SELECT 'ledger entry', e.id, 'order', e.order_id
FROM traceability_ledgerentry e LEFT JOIN traceability_workorder x ON x.id = e.order_id
WHERE e.order_id IS NOT NULL AND x.id IS NULL
UNION ALL
SELECT 'ledger entry', e.id, 'person', e.person_id
FROM traceability_ledgerentry e LEFT JOIN masterdata_person x ON x.id = e.person_id
WHERE e.person_id IS NOT NULL AND x.id IS NULL
UNION ALL
SELECT 'ledger entry', e.id, 'device', e.device_id
FROM traceability_ledgerentry e LEFT JOIN masterdata_device x ON x.id = e.device_id
WHERE e.device_id IS NOT NULL AND x.id IS NULL
UNION ALL
SELECT 'ledger entry', e.id, 'reason', e.reason_id
FROM traceability_ledgerentry e LEFT JOIN masterdata_reasoncode x ON x.id = e.reason_id
WHERE e.reason_id IS NOT NULL AND x.id IS NULL
UNION ALL
SELECT 'balance', b.id, 'lot', b.lot_id
FROM traceability_stockbalance b LEFT JOIN traceability_materiallot x ON x.id = b.lot_id AND x.item_id = b.item_id
WHERE x.id IS NULL
UNION ALL
SELECT 'balance', b.id, 'bin', b.bin_id
FROM traceability_stockbalance b LEFT JOIN masterdata_bin x ON x.id = b.bin_id AND x.site_id = b.site_id
WHERE x.id IS NULL
UNION ALL
SELECT 'balance', b.id, 'order', b.order_id
FROM traceability_stockbalance b LEFT JOIN traceability_workorder x ON x.id = b.order_id
WHERE b.order_id <> 0 AND x.id IS NULL
UNION ALL
SELECT 'lot', l.id, 'item', l.item_id
FROM traceability_materiallot l LEFT JOIN masterdata_item x ON x.id = l.item_id WHERE x.id IS NULL
UNION ALL
SELECT 'lot', l.id, 'site', l.site_id
FROM traceability_materiallot l LEFT JOIN masterdata_site x ON x.id = l.site_id WHERE x.id IS NULL
UNION ALL
SELECT 'lot', l.id, 'order', l.order_id
FROM traceability_materiallot l LEFT JOIN traceability_workorder x ON x.id = l.order_id
WHERE l.order_id IS NOT NULL AND x.id IS NULL
UNION ALL
SELECT 'lot', l.id, 'supplier', l.supplier_id
FROM traceability_materiallot l LEFT JOIN masterdata_supplier x ON x.id = l.supplier_id
WHERE l.supplier_id IS NOT NULL AND x.id IS NULL
UNION ALL
SELECT 'carried link', c.id, 'lot', ends.lot_id
FROM traceability_carriedlink c
CROSS JOIN LATERAL (VALUES (c.input_lot_id), (c.output_lot_id)) AS ends (lot_id)
LEFT JOIN traceability_materiallot x ON x.id = ends.lot_id
WHERE x.id IS NULL
UNION ALL
SELECT 'carried link', c.id, 'entry', c.entry_id
FROM traceability_carriedlink c LEFT JOIN traceability_ledgerentry x ON x.id = c.entry_id WHERE x.id IS NULL
UNION ALL
SELECT 'staging scan', s.id, 'entry', s.entry_id
FROM traceability_stagingscan s LEFT JOIN traceability_ledgerentry x ON x.id = s.entry_id WHERE x.id IS NULL
UNION ALL
SELECT 'ledger entry', e.id, 'line', NULL
FROM traceability_ledgerentry e
WHERE e.kind NOT IN ('goods_issue', 'reversal')
    AND NOT EXISTS (SELECT 1 FROM traceability_ledgerline l WHERE l.entry_id = e.id)
