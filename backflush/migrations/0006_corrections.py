"""Corrections in one signed step: what is reported in place of what, with laws of their own (`corrections.sql`)."""

from pathlib import Path

import backflush.rules.vocabulary
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("traceability", "0006_reopening"),
        ("backflush", "0005_report_rulings"),
        ("masterdata", "0003_units"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OrderReopening",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("why", models.CharField(max_length=500)),
                ("requested_at", models.DateTimeField()),
                ("reopened_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="operationreport",
            name="corrects_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="operationreport",
            name="origin",
            field=models.CharField(
                choices=[("sent", "sent"), ("correction", "correction")],
                db_default="sent",
                default=backflush.rules.vocabulary.ReportOrigin["SENT"],
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="orderclose",
            name="revision",
            field=models.PositiveIntegerField(db_default=1, default=1),
        ),
        migrations.AddField(
            model_name="reversalrequest",
            name="corrected",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="reversalrequest",
            name="corrected_event",
            field=models.UUIDField(null=True, unique=True),
        ),
        migrations.AddField(
            model_name="reversalrequest",
            name="correction",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="correction_request",
                to="backflush.posting",
            ),
        ),
        migrations.AlterField(
            model_name="orderclose",
            name="order_id",
            field=models.BigIntegerField(),
        ),
        migrations.AddConstraint(
            model_name="operationreport",
            constraint=models.UniqueConstraint(fields=("corrects_id",), name="report_is_corrected_at_most_once"),
        ),
        migrations.AddConstraint(
            model_name="operationreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("corrects_id__isnull", True), ("origin", "sent")),
                    models.Q(("corrects_id__isnull", False), ("origin", "correction")),
                    _connector="OR",
                ),
                name="correction_names_what_it_corrects",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderclose",
            constraint=models.UniqueConstraint(
                fields=("order_id", "revision"), name="order_is_closed_once_per_revision"
            ),
        ),
        migrations.AddConstraint(
            model_name="orderclose",
            constraint=models.CheckConstraint(
                condition=models.Q(("revision__gte", 1)), name="close_revision_starts_at_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="reversalrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("corrected", ""), ("corrected_event__isnull", True)),
                    models.Q(models.Q(("corrected", ""), _negated=True), ("corrected_event__isnull", False)),
                    _connector="OR",
                ),
                name="correction_has_its_event",
            ),
        ),
        migrations.AddConstraint(
            model_name="reversalrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("corrected", ""), ("correction__isnull", True)),
                    models.Q(
                        models.Q(("corrected", ""), _negated=True),
                        ("correction__isnull", True),
                        ("reversal__isnull", True),
                    ),
                    models.Q(
                        models.Q(("corrected", ""), _negated=True),
                        ("correction__isnull", False),
                        ("reversal__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="correction_posts_with_its_reversal",
            ),
        ),
        migrations.AddField(
            model_name="orderreopening",
            name="close",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="reopening", to="backflush.orderclose"
            ),
        ),
        migrations.AddField(
            model_name="orderreopening",
            name="finance_signature",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="masterdata.signature"
            ),
        ),
        migrations.AddField(
            model_name="orderreopening",
            name="qa_signature",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="masterdata.signature"
            ),
        ),
        migrations.AddField(
            model_name="orderreopening",
            name="requested_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="orderreopening",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reopened_at__isnull", True),
                    models.Q(("finance_signature__isnull", False), ("qa_signature__isnull", False)),
                    _connector="OR",
                ),
                name="order_is_reopened_with_both_signatures",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderreopening",
            constraint=models.CheckConstraint(
                condition=models.Q(("why", ""), _negated=True), name="reopening_says_why"
            ),
        ),
        migrations.RunSQL(
            (Path(__file__).parent / "corrections.sql").read_text(encoding="utf-8"),
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
