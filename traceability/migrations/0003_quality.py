"""Quality records with their links, notes and numbers, and the laws that PostgreSQL holds for them."""

from pathlib import Path

import django.db.models.deletion
import simple_history.models
import traceability.rules.vocabulary
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("masterdata", "0003_units"),
        ("traceability", "0002_laws"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoricalQualityRecord",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("kind", models.CharField(choices=[("ncmr", "ncmr"), ("deviation", "deviation")], max_length=12)),
                ("number", models.CharField(max_length=20)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("in_review", "in review"),
                            ("disposed", "disposed"),
                            ("closed", "closed"),
                        ],
                        default=traceability.rules.vocabulary.QualityState["OPEN"],
                        max_length=12,
                    ),
                ),
                ("title", models.CharField(max_length=160)),
                ("description", models.TextField(blank=True, default="")),
                ("cause", models.CharField(blank=True, default="", max_length=40)),
                ("due_on", models.DateField()),
                ("opened_at", models.DateTimeField()),
                ("opened_for", models.UUIDField(null=True)),
                (
                    "disposition",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("release", "release"),
                            ("reject", "reject"),
                            ("scrap", "scrap"),
                            ("rework", "rework"),
                            ("return_to_supplier", "return to supplier"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                ("disposed_at", models.DateTimeField(null=True)),
                ("conclusion", models.CharField(blank=True, default="", max_length=500)),
                ("closed_at", models.DateTimeField(null=True)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "closing_signature",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="masterdata.signature",
                    ),
                ),
                (
                    "disposition_signature",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="masterdata.signature",
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
                    "opened_by",
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
                    "owner",
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
                "verbose_name": "historical quality record",
                "verbose_name_plural": "historical quality records",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="QualityRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("ncmr", "ncmr"), ("deviation", "deviation")], max_length=12)),
                ("number", models.CharField(max_length=20)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("in_review", "in review"),
                            ("disposed", "disposed"),
                            ("closed", "closed"),
                        ],
                        default=traceability.rules.vocabulary.QualityState["OPEN"],
                        max_length=12,
                    ),
                ),
                ("title", models.CharField(max_length=160)),
                ("description", models.TextField(blank=True, default="")),
                ("cause", models.CharField(blank=True, default="", max_length=40)),
                ("due_on", models.DateField()),
                ("opened_at", models.DateTimeField()),
                ("opened_for", models.UUIDField(null=True)),
                (
                    "disposition",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("release", "release"),
                            ("reject", "reject"),
                            ("scrap", "scrap"),
                            ("rework", "rework"),
                            ("return_to_supplier", "return to supplier"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                ("disposed_at", models.DateTimeField(null=True)),
                ("conclusion", models.CharField(blank=True, default="", max_length=500)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "closing_signature",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="masterdata.signature",
                    ),
                ),
                (
                    "disposition_signature",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="masterdata.signature",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("site", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="masterdata.site")),
            ],
        ),
        migrations.CreateModel(
            name="QualityNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("step", models.CharField(max_length=40)),
                ("text", models.TextField(blank=True, default="")),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="traceability.qualityrecord",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="QualityLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event_id", models.UUIDField(null=True)),
                ("posting_number", models.BigIntegerField(null=True)),
                (
                    "lot",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quality_links",
                        to="traceability.materiallot",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quality_links",
                        to="traceability.workorder",
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="links",
                        to="traceability.qualityrecord",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="QualityNumber",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("ncmr", "ncmr"), ("deviation", "deviation")], max_length=12)),
                ("last", models.BigIntegerField(default=0)),
                ("site", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="masterdata.site")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("site", "kind"), name="quality_numbers_count_once_per_kind"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["ncmr", "deviation"])), name="quality_number_kind_is_known"
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="qualityrecord",
            index=models.Index(
                condition=models.Q(("state", "closed"), _negated=True),
                fields=["site", "due_on"],
                name="records_in_work",
            ),
        ),
        migrations.AddConstraint(
            model_name="qualityrecord",
            constraint=models.UniqueConstraint(
                fields=("site", "number"), name="quality_record_number_is_unique_per_site"
            ),
        ),
        migrations.AddConstraint(
            model_name="qualityrecord",
            constraint=models.UniqueConstraint(fields=("site", "opened_for"), name="a_report_opens_one_record"),
        ),
        migrations.AddConstraint(
            model_name="qualityrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["ncmr", "deviation"])), name="quality_kind_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="qualityrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "in_review", "disposed", "closed"])),
                name="quality_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="qualityrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("disposition", ""),
                    ("disposition__in", ["release", "reject", "scrap", "rework", "return_to_supplier"]),
                    _connector="OR",
                ),
                name="disposition_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="qualityrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "open"), ("owner__isnull", False), _connector="OR"),
                name="record_in_work_has_an_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="qualityrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("disposition", ""), ("disposition_signature", None), ("disposed_at", None)),
                    models.Q(
                        models.Q(("disposition", ""), _negated=True),
                        ("disposition_signature__isnull", False),
                        ("disposed_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="disposition_is_signed",
            ),
        ),
        migrations.AddConstraint(
            model_name="qualityrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "disposed"), _negated=True),
                    models.Q(("disposition", ""), _negated=True),
                    _connector="OR",
                ),
                name="disposed_record_says_how",
            ),
        ),
        migrations.AddConstraint(
            model_name="qualityrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "closed"), _negated=True),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("closing_signature__isnull", False),
                        models.Q(("conclusion", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="closed_record_is_signed",
            ),
        ),
        migrations.AddConstraint(
            model_name="qualityrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "ncmr"), ("state", "closed"), _negated=True),
                    models.Q(("disposition", ""), _negated=True),
                    _connector="OR",
                ),
                name="closed_ncmr_was_disposed",
            ),
        ),
        migrations.AddIndex(
            model_name="qualitylink",
            index=models.Index(
                condition=models.Q(("event_id__isnull", False)), fields=["event_id"], name="records_of_a_report"
            ),
        ),
        migrations.AddIndex(
            model_name="qualitylink",
            index=models.Index(
                condition=models.Q(("posting_number__isnull", False)),
                fields=["posting_number"],
                name="records_of_a_posting",
            ),
        ),
        migrations.AddConstraint(
            model_name="qualitylink",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("event_id", None), ("lot__isnull", False), ("order", None), ("posting_number", None)),
                    models.Q(("event_id", None), ("lot", None), ("order__isnull", False), ("posting_number", None)),
                    models.Q(("event_id__isnull", False), ("lot", None), ("order", None), ("posting_number", None)),
                    models.Q(("event_id", None), ("lot", None), ("order", None), ("posting_number__isnull", False)),
                    _connector="OR",
                ),
                name="quality_link_names_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="qualitylink",
            constraint=models.UniqueConstraint(
                fields=("record", "lot", "order", "event_id", "posting_number"),
                name="quality_link_stands_once",
                nulls_distinct=False,
            ),
        ),
        migrations.RunSQL(
            (Path(__file__).parent / "quality_laws.sql").read_text(encoding="utf-8"),
            reverse_sql="DROP FUNCTION traceability_quality_record_keeps_its_order CASCADE",
        ),
    ]
