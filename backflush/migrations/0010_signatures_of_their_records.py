"""Reversals, closes, reopenings and rulings name only signatures that were given for them: see signatures_of_their_records.sql."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("backflush", "0009_impact_replays"), ("masterdata", "0008_signing_and_reviews")]
    operations = [
        migrations.RunSQL(
            Path(__file__).with_name("signatures_of_their_records.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        )
    ]
