"""A device's latest reports: its last event, its counter, and how many it sent within a minute."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("backflush", "0002_laws"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="operationreport",
            index=models.Index(
                condition=models.Q(("device_id__isnull", False)),
                fields=["device_id", "received_at"],
                name="reports_by_device",
            ),
        ),
    ]
