"""What two people look at before a line starts an order; the floor's checklist of line clearance.

Source: the usual content of line clearance in EU GMP chapter 5.44 to 5.49 and 21 CFR 211.130.
"""

STANDARD_CHECKS = (
    "No material of the order before is at the line, in its bins or in its machines",
    "No printed material, label or document of the order before is left",
    "Machines, scales and counters are clean, and their counters are set to zero",
    "The material at the line is this order's, with lot labels that can be read",
    "The documents of this order are at the line, in their effective version",
)
