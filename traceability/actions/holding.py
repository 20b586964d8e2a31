"""Holding a work order while something about it is decided; orders are locked before balances and lots."""

from django.db import connection

from masterdata.rules.refusal import Refusal, Refused
from traceability.models import WorkOrder


def hold_order(order_id: int) -> WorkOrder:
    """The order as it stands, kept from closing and posting until this transaction ends."""
    return (
        WorkOrder.objects.select_for_update(no_key=True, of=("self",)).select_related("item", "site").get(pk=order_id)
    )


def keep_order_open(order_id: int) -> None:
    """Keep the order from being closed or posted until this transaction ends, without keeping others from staging."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM traceability_workorder WHERE id = %s FOR SHARE", [order_id])
        if cursor.fetchone() is None:
            raise Refused(Refusal("order_unknown", "There is no such order.", remedy="Scan the order again."))
