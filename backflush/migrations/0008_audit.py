"""What people ask for and decide, and who follows the outbox, comes under audit: see masterdata/migrations/audit.sql."""

from django.db import migrations

TABLES = {
    "reversalrequest": "",
    "orderreopening": "",
    "outboxconsumer": "",
    "webhookendpoint": "secret_salt,secret_digest",
}


class Migration(migrations.Migration):
    dependencies = [("backflush", "0007_ledger_checks"), ("masterdata", "0006_audit")]
    operations = [
        migrations.RunSQL(
            f"SELECT masterdata_put_under_audit('backflush_{table}', 'id', '{{{hidden}}}')", migrations.RunSQL.noop
        )
        for table, hidden in TABLES.items()
    ]
