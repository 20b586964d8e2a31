"""Variances as screens and the API read them."""

from variance.queries.boards import variance_board
from variance.queries.order_variances import order_variance

__all__ = ["order_variance", "variance_board"]
