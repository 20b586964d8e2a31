"""Laws of master data as triggers: see laws.sql beside this file."""

from pathlib import Path

from django.db import migrations

LAWS = Path(__file__).with_name("laws.sql")


class Migration(migrations.Migration):
    dependencies = [("masterdata", "0001_initial")]
    operations = [migrations.RunSQL(LAWS.read_text(encoding="utf-8"), migrations.RunSQL.noop)]
