"""Laws that PostgreSQL holds by itself: `laws.sql` beside this file."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("backflush", "0001_initial")]

    operations = [
        migrations.RunSQL(
            (Path(__file__).parent / "laws.sql").read_text(encoding="utf-8"), reverse_sql=migrations.RunSQL.noop
        )
    ]
