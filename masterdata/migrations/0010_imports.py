from pathlib import Path

import django.db.models.deletion
import masterdata.rules.import_flow
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("masterdata", "0009_reviews"),
    ]

    operations = [
        migrations.CreateModel(
            name="DataImport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("file_name", models.CharField(max_length=200)),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.PositiveBigIntegerField()),
                ("zone", models.CharField(max_length=64)),
                ("reason", models.CharField(max_length=300)),
                ("uploaded_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "received"),
                            ("faulty", "faulty"),
                            ("ready", "ready"),
                            ("ordered", "ordered"),
                            ("proposed", "proposed"),
                            ("discarded", "discarded"),
                        ],
                        default=masterdata.rules.import_flow.ImportState["RECEIVED"],
                        max_length=12,
                    ),
                ),
                ("claimed_at", models.DateTimeField(null=True)),
                ("checks", models.PositiveIntegerField(default=0)),
                ("checked_at", models.DateTimeField(null=True)),
                ("rows", models.PositiveIntegerField(default=0)),
                ("new", models.PositiveIntegerField(default=0)),
                ("changed", models.PositiveIntegerField(default=0)),
                ("unchanged", models.PositiveIntegerField(default=0)),
                ("waiting", models.PositiveIntegerField(default=0)),
                ("fault_count", models.PositiveIntegerField(default=0)),
                ("faults", models.JSONField(blank=True, default=list)),
                ("changes_digest", models.CharField(blank=True, default="", max_length=64)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImportedRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("kind", models.CharField(max_length=20)),
                ("subject", models.CharField(max_length=120)),
                ("sheet", models.CharField(max_length=100)),
                ("row", models.PositiveIntegerField()),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("new", "new"),
                            ("changed", "changed"),
                            ("unchanged", "unchanged"),
                            ("waiting", "waiting"),
                        ],
                        max_length=10,
                    ),
                ),
                ("differences", models.JSONField(blank=True, default=list)),
                (
                    "data_import",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="records", to="masterdata.dataimport"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImportFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("content", models.BinaryField()),
                (
                    "data_import",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="file", to="masterdata.dataimport"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="dataimport",
            index=models.Index(
                condition=models.Q(("state__in", ["received", "ordered"])),
                fields=["uploaded_at"],
                name="imports_that_wait",
            ),
        ),
        migrations.AddConstraint(
            model_name="dataimport",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["received", "faulty", "ready", "ordered", "proposed", "discarded"])),
                name="import_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="dataimport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("settled_at__isnull", True), ("state__in", ["proposed", "discarded"]), _connector="XOR"
                ),
                name="settled_import_says_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="dataimport",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "faulty"), ("fault_count", 0), _connector="OR"),
                name="only_a_faulty_import_has_faults",
            ),
        ),
        migrations.AddConstraint(
            model_name="importedrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(("verdict__in", ["new", "changed", "unchanged", "waiting"])),
                name="imported_verdict_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="importedrecord",
            constraint=models.UniqueConstraint(
                fields=("data_import", "number", "kind", "subject"), name="record_is_imported_once_a_check"
            ),
        ),
        migrations.RunSQL(
            Path(__file__).with_name("imports.sql").read_text(encoding="utf-8"), reverse_sql=migrations.RunSQL.noop
        ),
    ]
