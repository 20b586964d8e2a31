"""Tables of variance."""

from variance.models.order_variances import OrderVariance

__all__ = ["OrderVariance"]
