"""Devices: revocation, signing with nonces that are used once, and a limit of their own; the laws are in device_laws.sql."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

LAWS = Path(__file__).with_name("device_laws.sql")


class Migration(migrations.Migration):
    dependencies = [
        ("masterdata", "0003_units"),
    ]

    operations = [
        migrations.CreateModel(
            name="DeviceNonce",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("nonce", models.CharField(max_length=64)),
                ("sent_at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.AddField(
            model_name="device",
            name="reports_per_minute",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="device",
            name="revoked_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="device",
            name="signing_salt",
            field=models.CharField(blank=True, default="", max_length=43),
        ),
        migrations.AddField(
            model_name="device",
            name="signs",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="historicaldevice",
            name="reports_per_minute",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="historicaldevice",
            name="revoked_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="historicaldevice",
            name="signs",
            field=models.BooleanField(default=False),
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.CheckConstraint(
                condition=models.Q(("revoked_at__isnull", True), ("enabled", False), _connector="OR"),
                name="revoked_device_is_not_enabled",
            ),
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.CheckConstraint(
                condition=models.Q(("signs", False), models.Q(("signing_salt", ""), _negated=True), _connector="OR"),
                name="signing_device_has_a_secret",
            ),
        ),
        migrations.AddField(
            model_name="devicenonce",
            name="device",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="masterdata.device"
            ),
        ),
        migrations.AddConstraint(
            model_name="devicenonce",
            constraint=models.UniqueConstraint(fields=("device", "nonce"), name="nonce_is_used_once_by_a_device"),
        ),
        migrations.RunSQL(LAWS.read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
