"""Laws of the histories: see history_laws.sql beside this file."""

from pathlib import Path

from django.db import migrations

LAWS = Path(__file__).with_name("history_laws.sql")


class Migration(migrations.Migration):
    dependencies = [("traceability", "0004_handling_units_and_rework")]
    operations = [migrations.RunSQL(LAWS.read_text(encoding="utf-8"), migrations.RunSQL.noop)]
