"""Load the shipped unit table (UN/ECE Rec 20, packages of Rec 21 with the prefix X), with history rows like any change."""

import csv
from datetime import UTC, datetime
from pathlib import Path

from django.db import migrations

TABLE = Path(__file__).resolve().parents[1] / "data" / "rec20.csv"


def load(apps, schema_editor):
    unit = apps.get_model("masterdata", "Unit")
    history = apps.get_model("masterdata", "HistoricalUnit")
    schema_editor.execute("SELECT set_config('backflush.actor', 'migration:units', true)")
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = [
            unit(**{**row, "numerator": int(row["numerator"]), "denominator": int(row["denominator"])})
            for row in csv.DictReader(file)
        ]
    known = set(unit.objects.values_list("code", flat=True))
    rows = unit.objects.bulk_create([row for row in rows if row.code not in known])
    now = datetime.now(UTC)
    history.objects.bulk_create(
        history(
            id=row.pk,
            code=row.code,
            name=row.name,
            symbol=row.symbol,
            dimension=row.dimension,
            numerator=row.numerator,
            denominator=row.denominator,
            history_date=now,
            history_type="+",
            history_change_reason="shipped with the product",
        )
        for row in rows
    )


class Migration(migrations.Migration):
    dependencies = [("masterdata", "0002_laws")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
