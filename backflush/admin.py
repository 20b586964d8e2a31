"""The admin shows what checks of the ledger found; like everything there, only to look at."""

from django.contrib import admin

from backflush.models import LedgerCheck, VerifiedMark
from masterdata.admin import ReadOnly

admin.site.register(LedgerCheck, ReadOnly)
admin.site.register(VerifiedMark, ReadOnly)
