"""Traceability: where every lot is, and what went into what."""

from django.apps import AppConfig


class TraceabilityConfig(AppConfig):
    name = "traceability"
    verbose_name = "Traceability"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from masterdata.actions.order_moves import tell_how_orders_move
        from masterdata.queries.beginnings import tell_what_has_begun
        from masterdata.queries.open_orders import tell_of_open_orders
        from traceability.actions.move_order import move_order
        from traceability.queries.begun_items import begun_items
        from traceability.queries.orders_of_versions import orders_made_by_earlier, why_it_cannot_move
        from traceability.queries.signed_records import tell_of_quality_records

        tell_of_open_orders(orders_made_by_earlier, why_it_cannot_move)
        tell_how_orders_move(move_order)
        tell_what_has_begun(begun_items)
        tell_of_quality_records()
