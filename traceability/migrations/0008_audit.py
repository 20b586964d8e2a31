"""Lots, orders, what belongs to them and quality records come under audit: see masterdata/migrations/audit.sql."""

from django.db import migrations

TABLES = ("materiallot", "workorder", "orderoperation", "lineclearance", "handlingunit", "qualityrecord")


class Migration(migrations.Migration):
    dependencies = [("traceability", "0007_lots_for_rework"), ("masterdata", "0006_audit")]
    operations = [
        migrations.RunSQL(f"SELECT masterdata_put_under_audit('traceability_{table}', 'id')", migrations.RunSQL.noop)
        for table in TABLES
    ]
