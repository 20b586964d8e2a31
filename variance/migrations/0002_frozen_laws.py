"""Law of frozen variances: see frozen_laws.sql beside this file."""

from pathlib import Path

from django.db import migrations

LAWS = Path(__file__).with_name("frozen_laws.sql")


class Migration(migrations.Migration):
    dependencies = [("variance", "0001_initial"), ("traceability", "0002_laws")]
    operations = [migrations.RunSQL(LAWS.read_text(encoding="utf-8"), migrations.RunSQL.noop)]
