"""Lists of the API: a cursor, so that a page never repeats or skips a row while rows are added."""

from rest_framework import exceptions
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request


class NewestFirst(CursorPagination):
    """`results`, `next` and `previous`; `page_size` up to 500."""

    ordering = "-id"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500

    def decode_cursor(self, request: Request) -> Cursor | None:
        """The cursor, or a 400: one that we never gave out would else reach the database."""
        text = request.query_params.get(self.cursor_query_param)
        if text is None:
            return None
        try:
            cursor = super().decode_cursor(request)
        except (exceptions.NotFound, ValueError):
            cursor = None
        position = str(cursor.position or "0") if cursor else ""
        if not (position.isascii() and position.isdigit() and len(position) < 19):
            fault = exceptions.ErrorDetail("Take the cursor from next or previous.", "not_a_cursor")
            raise exceptions.ValidationError({self.cursor_query_param: [fault]})
        return cursor
