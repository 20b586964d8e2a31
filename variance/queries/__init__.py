"""Variances as screens and the API read them."""

from variance.queries.boards import board_csv_rows, variance_board
from variance.queries.order_variances import ledger_lines, order_variance

__all__ = ["board_csv_rows", "ledger_lines", "order_variance", "variance_board"]
