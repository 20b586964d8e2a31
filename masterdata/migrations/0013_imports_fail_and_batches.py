from pathlib import Path

import django.db.models.deletion
import masterdata.rules.import_flow
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("masterdata", "0012_attachments_of_changes"),
    ]

    operations = [
        migrations.CreateModel(
            name="RequestBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.CharField(choices=[("submit", "submit"), ("withdraw", "withdraw")], max_length=10)),
                ("reason", models.CharField(blank=True, default="", max_length=300)),
                ("asked_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "waiting"), ("done", "done"), ("failed", "failed")],
                        default=masterdata.rules.import_flow.BatchState["WAITING"],
                        max_length=10,
                    ),
                ),
                ("claimed_at", models.DateTimeField(null=True)),
                ("claims", models.PositiveIntegerField(default=0)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0)),
                ("refused", models.JSONField(blank=True, default=list)),
                ("failure", models.CharField(blank=True, default="", max_length=500)),
                ("trace", models.CharField(blank=True, default="", max_length=40)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="dataimport",
            name="import_state_is_known",
        ),
        migrations.AddField(
            model_name="dataimport",
            name="claims",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="dataimport",
            name="failure",
            field=models.CharField(blank=True, default="", max_length=500),
        ),
        migrations.AddField(
            model_name="dataimport",
            name="trace",
            field=models.CharField(blank=True, default="", max_length=40),
        ),
        migrations.AddField(
            model_name="dataimport",
            name="tries",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="dataimport",
            name="state",
            field=models.CharField(
                choices=[
                    ("received", "received"),
                    ("faulty", "faulty"),
                    ("ready", "ready"),
                    ("ordered", "ordered"),
                    ("proposed", "proposed"),
                    ("discarded", "discarded"),
                    ("failed", "failed"),
                ],
                default=masterdata.rules.import_flow.ImportState["RECEIVED"],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="dataimport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["received", "faulty", "ready", "ordered", "proposed", "discarded", "failed"])
                ),
                name="import_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="dataimport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "failed"), models.Q(("failure", ""), _negated=True)),
                    models.Q(models.Q(("state", "failed"), _negated=True), ("failure", "")),
                    _connector="OR",
                ),
                name="failed_import_says_why",
            ),
        ),
        migrations.AddField(
            model_name="requestbatch",
            name="data_import",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="batches", to="masterdata.dataimport"
            ),
        ),
        migrations.AddField(
            model_name="requestbatch",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="requestbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(("step__in", ["submit", "withdraw"])), name="batch_step_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="requestbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "done", "failed"])), name="batch_state_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="requestbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "waiting"), ("finished_at__isnull", False), _connector="XOR"),
                name="batch_says_when_it_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="requestbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "failed"), models.Q(("failure", ""), _negated=True)),
                    models.Q(models.Q(("state", "failed"), _negated=True), ("failure", "")),
                    _connector="OR",
                ),
                name="failed_batch_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="requestbatch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "waiting")),
                fields=("data_import",),
                name="one_batch_of_an_import_at_a_time",
            ),
        ),
        migrations.RunSQL(
            Path(__file__).with_name("import_laws.sql").read_text(encoding="utf-8"), reverse_sql=migrations.RunSQL.noop
        ),
    ]
