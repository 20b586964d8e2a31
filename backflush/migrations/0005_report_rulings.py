"""What QA signs about blocked reports, and when reports were blocked, to be counted."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("backflush", "0004_outbox_followers"),
        ("masterdata", "0003_units"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReportRuling",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("report_id", models.BigIntegerField(db_index=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("accepted", "accepted"), ("time_corrected", "time corrected")], max_length=16
                    ),
                ),
                ("at", models.DateTimeField()),
                ("said_at", models.DateTimeField()),
                ("corrected_at", models.DateTimeField(null=True)),
                ("reasons", models.JSONField(default=list)),
                ("note", models.CharField(max_length=500)),
            ],
        ),
        migrations.AddField(
            model_name="operationreport",
            name="accepted_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="operationreport",
            name="corrected_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="reporttransition",
            index=models.Index(
                condition=models.Q(("to_state", "blocked")), fields=["at"], name="reports_blocked_lately"
            ),
        ),
        migrations.AddField(
            model_name="reportruling",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="reportruling",
            name="signature",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="masterdata.signature"
            ),
        ),
        migrations.AddConstraint(
            model_name="reportruling",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["accepted", "time_corrected"])), name="ruling_kind_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="reportruling",
            constraint=models.CheckConstraint(condition=models.Q(("note", ""), _negated=True), name="ruling_says_why"),
        ),
        migrations.AddConstraint(
            model_name="reportruling",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("corrected_at__isnull", False), ("kind", "time_corrected")),
                    models.Q(models.Q(("kind", "time_corrected"), _negated=True), ("corrected_at", None)),
                    _connector="OR",
                ),
                name="corrected_time_is_named",
            ),
        ),
        migrations.RunSQL(
            (Path(__file__).parent / "ruling_laws.sql").read_text(encoding="utf-8"),
            reverse_sql="DROP FUNCTION backflush_report_is_ruled_on CASCADE;"
            " DROP FUNCTION backflush_report_begins_as_it_was_sent CASCADE",
        ),
    ]
