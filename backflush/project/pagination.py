"""Lists of the API: a cursor, so that a page never repeats or skips a row while rows are added."""

from rest_framework.pagination import CursorPagination


class NewestFirst(CursorPagination):
    """`results`, `next` and `previous`; `page_size` up to 500."""

    ordering = "-id"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500
