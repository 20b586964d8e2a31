"""Packing records, and what a rework order takes up and is made by."""

from pathlib import Path

import django.db.models.deletion
import masterdata.models.choices
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("masterdata", "0005_avoidable_limit_and_salvage"),
        ("traceability", "0003_quality"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PackingRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("act", models.CharField(choices=[("packed", "packed"), ("unpacked", "unpacked")], max_length=10)),
                ("lot_code", models.CharField(blank=True, default="", max_length=60)),
                ("quantity", masterdata.models.choices.Quantity(decimal_places=9, max_digits=27, null=True)),
                ("at", models.DateTimeField()),
                ("note", models.CharField(blank=True, default="", max_length=500)),
            ],
        ),
        migrations.AddField(
            model_name="historicalworkorder",
            name="recipe_item",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="masterdata.item",
            ),
        ),
        migrations.AddField(
            model_name="historicalworkorder",
            name="reworks",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="traceability.materiallot",
            ),
        ),
        migrations.AddField(
            model_name="workorder",
            name="recipe_item",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="masterdata.item"
            ),
        ),
        migrations.AddField(
            model_name="workorder",
            name="reworks",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rework_orders",
                to="traceability.materiallot",
            ),
        ),
        migrations.AddConstraint(
            model_name="workorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "rework"), ("reworks__isnull", False)),
                    models.Q(("reworks__isnull", True), models.Q(("kind", "rework"), _negated=True)),
                    _connector="OR",
                ),
                name="rework_order_names_its_lot",
            ),
        ),
        migrations.AddField(
            model_name="packingrecord",
            name="child",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="moves",
                to="traceability.handlingunit",
            ),
        ),
        migrations.AddField(
            model_name="packingrecord",
            name="handling_unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="packing", to="traceability.handlingunit"
            ),
        ),
        migrations.AddField(
            model_name="packingrecord",
            name="person",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name="packingrecord",
            index=models.Index(
                condition=models.Q(("lot_code", ""), _negated=True), fields=["lot_code"], name="packing_by_lot"
            ),
        ),
        migrations.AddConstraint(
            model_name="packingrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(("act__in", ["packed", "unpacked"])), name="packing_act_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="packingrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("child__isnull", True), ("quantity__gt", 0), models.Q(("lot_code", ""), _negated=True)),
                    models.Q(("child__isnull", False), ("lot_code", ""), ("quantity__isnull", True)),
                    _connector="OR",
                ),
                name="packing_is_of_units_of_a_lot_or_of_a_handling_unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="packingrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("child__isnull", True),
                    models.Q(("child", models.F("handling_unit")), _negated=True),
                    _connector="OR",
                ),
                name="nothing_is_packed_into_itself",
            ),
        ),
        migrations.RunSQL(
            (Path(__file__).parent / "handling_units_and_rework.sql").read_text(encoding="utf-8"),
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
