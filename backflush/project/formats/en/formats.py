"""Times as everywhere else in the product: 24 Nov 2026 03:14 CET; see masterdata/pages/figures.py."""

DATETIME_FORMAT = "j M Y H:i T"
SHORT_DATETIME_FORMAT = DATETIME_FORMAT
DATE_FORMAT = "j M Y"
SHORT_DATE_FORMAT = DATE_FORMAT
TIME_FORMAT = "H:i"
