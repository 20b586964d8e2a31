"""Quantiles of Student's t for two-sided 95 % limits: W. S. Gosset ("Student"), The Probable Error of a Mean, 1908.

The figures are those of the common table (NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, column 0.975). Between two
rows the one with fewer degrees of freedom is taken: limits are then a little wider than they need be, never narrower.
"""

from bisect import bisect_right
from decimal import Decimal

_TABLE = (
    (1, "12.706"), (2, "4.303"), (3, "3.182"), (4, "2.776"), (5, "2.571"), (6, "2.447"), (7, "2.365"), (8, "2.306"),
    (9, "2.262"), (10, "2.228"), (11, "2.201"), (12, "2.179"), (13, "2.160"), (14, "2.145"), (15, "2.131"), (16, "2.120"),
    (17, "2.110"), (18, "2.101"), (19, "2.093"), (20, "2.086"), (21, "2.080"), (22, "2.074"), (23, "2.069"), (24, "2.064"),
    (25, "2.060"), (26, "2.056"), (27, "2.052"), (28, "2.048"), (29, "2.045"), (30, "2.042"), (40, "2.021"), (50, "2.009"),
    (60, "2.000"), (80, "1.990"), (100, "1.984"),
)  # fmt: skip
_FREEDOMS = [freedom for freedom, _ in _TABLE]


def t_of_95_percent(degrees_of_freedom: int) -> Decimal:
    """The t beyond which, on both sides together, 5 % lie. ValueError below one degree of freedom."""
    if degrees_of_freedom < 1:
        raise ValueError("Limits need at least two values.")
    return Decimal(_TABLE[bisect_right(_FREEDOMS, degrees_of_freedom) - 1][1])
