from pathlib import Path

import backflush.rules.pilot
import django.db.models.deletion
import masterdata.models.choices
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("backflush", "0010_signatures_of_their_records"),
        ("masterdata", "0009_reviews"),
        ("traceability", "0008_audit"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BomAudit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("remark", models.CharField(max_length=500)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "signature",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, to="masterdata.signature"),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="physical_audits",
                        to="masterdata.bomversion",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BomAuditFinding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("expected", masterdata.models.choices.Quantity(decimal_places=9, max_digits=27)),
                ("measured", masterdata.models.choices.Quantity(decimal_places=9, max_digits=27)),
                ("remark", models.CharField(blank=True, default="", max_length=300)),
                (
                    "audit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="findings", to="backflush.bomaudit"
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="masterdata.bomline"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="HistoricalPilot",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("operation_number", models.CharField(max_length=10)),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "running"), ("ended", "ended"), ("cancelled", "cancelled")],
                        default=backflush.rules.pilot.PilotState["RUNNING"],
                        max_length=10,
                    ),
                ),
                ("why", models.CharField(max_length=500)),
                ("fewest_orders", models.PositiveSmallIntegerField()),
                ("ends_on", models.DateField(null=True)),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("end_reason", models.CharField(blank=True, default="", max_length=500)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
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
                    "item",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="masterdata.item",
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
                (
                    "started_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical pilot",
                "verbose_name_plural": "historical pilots",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Pilot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("operation_number", models.CharField(max_length=10)),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "running"), ("ended", "ended"), ("cancelled", "cancelled")],
                        default=backflush.rules.pilot.PilotState["RUNNING"],
                        max_length=10,
                    ),
                ),
                ("why", models.CharField(max_length=500)),
                ("fewest_orders", models.PositiveSmallIntegerField()),
                ("ends_on", models.DateField(null=True)),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("end_reason", models.CharField(blank=True, default="", max_length=500)),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="pilots", to="masterdata.item"
                    ),
                ),
                ("site", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="masterdata.site")),
                (
                    "started_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PilotMeasurement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event_id", models.UUIDField(unique=True)),
                ("component", models.UUIDField()),
                ("quantity", masterdata.models.choices.Quantity(decimal_places=9, max_digits=27)),
                ("report", models.UUIDField(null=True)),
                ("note", models.CharField(blank=True, default="", max_length=300)),
                ("at", models.DateTimeField()),
                (
                    "lot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="traceability.materiallot"
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="traceability.workorder"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="measurements", to="backflush.pilot"
                    ),
                ),
                (
                    "takes_back",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taken_back_by",
                        to="backflush.pilotmeasurement",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PilotOrderMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("completed", models.BooleanField()),
                ("good", masterdata.models.choices.Quantity(decimal_places=9, max_digits=27)),
                ("reports", models.IntegerField()),
                ("at", models.DateTimeField()),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="traceability.workorder"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="marks", to="backflush.pilot"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PilotProposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("found", models.JSONField()),
                ("at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="proposals", to="backflush.pilot"
                    ),
                ),
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pilot_proposal",
                        to="masterdata.bomversion",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="bomaudit",
            index=models.Index(fields=["version", "-at"], name="audits_of_a_version"),
        ),
        migrations.AddConstraint(
            model_name="bomaudit",
            constraint=models.CheckConstraint(
                condition=models.Q(("remark", ""), _negated=True), name="audit_says_what_was_looked_at"
            ),
        ),
        migrations.AddConstraint(
            model_name="bomauditfinding",
            constraint=models.UniqueConstraint(fields=("audit", "line"), name="audit_finds_once_for_a_line"),
        ),
        migrations.AddConstraint(
            model_name="bomauditfinding",
            constraint=models.CheckConstraint(
                condition=models.Q(("measured__gte", 0)), name="audited_quantity_is_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="bomauditfinding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("measured", models.F("expected")), models.Q(("remark", ""), _negated=True), _connector="OR"
                ),
                name="audited_difference_has_a_remark",
            ),
        ),
        migrations.AddConstraint(
            model_name="pilot",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["running", "ended", "cancelled"])), name="pilot_state_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="pilot",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "running")),
                fields=("site", "item", "operation_number"),
                name="one_pilot_runs_at_an_operation",
            ),
        ),
        migrations.AddConstraint(
            model_name="pilot",
            constraint=models.CheckConstraint(condition=models.Q(("why", ""), _negated=True), name="pilot_says_why"),
        ),
        migrations.AddConstraint(
            model_name="pilot",
            constraint=models.CheckConstraint(
                condition=models.Q(("fewest_orders__gte", 5)), name="pilot_wants_five_orders_at_least"
            ),
        ),
        migrations.AddConstraint(
            model_name="pilot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("end_reason", ""), ("ended_at", None), ("ended_by", None), ("state", "running")),
                    models.Q(
                        models.Q(("state", "running"), _negated=True),
                        ("ended_at__isnull", False),
                        ("ended_by__isnull", False),
                        models.Q(("end_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="ended_pilot_says_who_when_and_why",
            ),
        ),
        migrations.AddIndex(
            model_name="pilotmeasurement",
            index=models.Index(fields=["pilot", "order"], name="measurements_of_an_order"),
        ),
        migrations.AddConstraint(
            model_name="pilotmeasurement",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0)), name="measured_quantity_is_above_zero"
            ),
        ),
        migrations.AddConstraint(
            model_name="pilotmeasurement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("takes_back__isnull", True),
                    models.Q(("takes_back", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="measurement_takes_back_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="pilotmeasurement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("takes_back__isnull", True), models.Q(("note", ""), _negated=True), _connector="OR"
                ),
                name="measurement_is_taken_back_with_a_reason",
            ),
        ),
        migrations.AddIndex(
            model_name="pilotordermark",
            index=models.Index(fields=["pilot", "order", "-id"], name="marks_of_an_order"),
        ),
        migrations.RunSQL(
            Path(__file__).with_name("pilot_laws.sql").read_text(encoding="utf-8"), reverse_sql=migrations.RunSQL.noop
        ),
    ]
