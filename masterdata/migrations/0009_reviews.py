from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("masterdata", "0008_signing_and_reviews"),
    ]

    operations = [
        migrations.CreateModel(
            name="PeriodicReview",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("item", "item"),
                            ("bom_version", "bom version"),
                            ("unit_factor", "unit factor"),
                            ("trigger_definition", "trigger definition"),
                            ("operation", "operation"),
                            ("bin", "bin"),
                            ("reason_code", "reason code"),
                            ("label_version", "label version"),
                            ("supplier", "supplier"),
                        ],
                        max_length=20,
                    ),
                ),
                ("record_key", models.BigIntegerField()),
                ("name", models.CharField(max_length=200)),
                (
                    "outcome",
                    models.CharField(
                        choices=[("confirmed", "confirmed"), ("change_needed", "change needed")], max_length=15
                    ),
                ),
                ("remark", models.CharField(blank=True, default="", max_length=500)),
                ("at", models.DateTimeField()),
                ("next_on", models.DateField()),
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
            ],
            options={
                "indexes": [models.Index(fields=["kind", "record_key", "-at"], name="reviews_of_a_record")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "item",
                                    "bom_version",
                                    "unit_factor",
                                    "trigger_definition",
                                    "operation",
                                    "bin",
                                    "reason_code",
                                    "label_version",
                                    "supplier",
                                ],
                            )
                        ),
                        name="review_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["confirmed", "change_needed"])),
                        name="review_outcome_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "change_needed"), _negated=True),
                            models.Q(("remark", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="needed_change_has_a_remark",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            Path(__file__).with_name("review_laws.sql").read_text(encoding="utf-8"), reverse_sql=migrations.RunSQL.noop
        ),
    ]
