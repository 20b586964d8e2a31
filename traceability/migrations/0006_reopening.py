"""A closed order may be opened again: `reopening.sql` beside this file."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("traceability", "0005_history_laws")]

    operations = [
        migrations.RunSQL(
            (Path(__file__).parent / "reopening.sql").read_text(encoding="utf-8"), reverse_sql=migrations.RunSQL.noop
        )
    ]
