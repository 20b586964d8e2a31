"""Consumers of the outbox, endpoints it is delivered to, and their laws: `outbox_laws.sql` beside this file."""

from pathlib import Path

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("backflush", "0003_reports_by_device"),
        ("masterdata", "0003_units"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoricalWebhookEndpoint",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("url", models.CharField(max_length=500)),
                ("enabled", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="masterdata.site",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical webhook endpoint",
                "verbose_name_plural": "historical webhook endpoints",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="WebhookEndpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("url", models.CharField(max_length=500)),
                ("enabled", models.BooleanField(default=True)),
                ("secret_salt", models.CharField(max_length=64)),
                ("secret_digest", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField()),
                ("site", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="masterdata.site")),
            ],
        ),
        migrations.CreateModel(
            name="WebhookAttempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_position", models.BigIntegerField()),
                ("last_position", models.BigIntegerField()),
                ("attempt", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("milliseconds", models.PositiveIntegerField()),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("error", models.CharField(blank=True, default="", max_length=300)),
                ("delivered", models.BooleanField()),
                (
                    "endpoint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempts",
                        to="backflush.webhookendpoint",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WebhookProgress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.BigIntegerField()),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("next_at", models.DateTimeField()),
                ("claimed_until", models.DateTimeField(null=True)),
                ("dead_at", models.DateTimeField(null=True)),
                ("delivered_at", models.DateTimeField(null=True)),
                (
                    "endpoint",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="progress",
                        to="backflush.webhookendpoint",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OutboxConsumer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("position", models.BigIntegerField()),
                ("acknowledged_at", models.DateTimeField()),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                ("site", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="masterdata.site")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("site", "name"), name="consumer_name_is_unique_per_site"),
                    models.CheckConstraint(
                        condition=models.Q(("position__gte", 0)), name="consumer_position_is_not_negative"
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="webhookendpoint",
            constraint=models.UniqueConstraint(fields=("site", "name"), name="endpoint_name_is_unique_per_site"),
        ),
        migrations.AddIndex(
            model_name="webhookattempt",
            index=models.Index(fields=["endpoint", "-id"], name="attempts_of_an_endpoint"),
        ),
        migrations.AddConstraint(
            model_name="webhookattempt",
            constraint=models.CheckConstraint(
                condition=models.Q(("first_position__gte", 1), ("last_position__gte", models.F("first_position"))),
                name="attempt_is_of_positions_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="webhookattempt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("delivered", False), models.Q(("status__gte", 200), ("status__lte", 299)), _connector="OR"
                ),
                name="delivered_means_a_2xx",
            ),
        ),
        migrations.AddConstraint(
            model_name="webhookprogress",
            constraint=models.CheckConstraint(
                condition=models.Q(("position__gte", 0)), name="delivered_position_is_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="webhookprogress",
            constraint=models.CheckConstraint(
                condition=models.Q(("dead_at__isnull", True), ("attempts__gt", 0), _connector="OR"),
                name="dead_letter_was_attempted",
            ),
        ),
        migrations.RunSQL(
            (Path(__file__).parent / "outbox_laws.sql").read_text(encoding="utf-8"),
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
