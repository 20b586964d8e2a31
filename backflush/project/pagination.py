"""Lists of the API: a cursor, so that a page never repeats or skips a row while rows are added."""

from rest_framework import exceptions
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from masterdata.pages.api_lists import cursor_fault


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
        fault = cursor_fault(text)
        if fault is not None:
            code, sentence = fault
            raise exceptions.ValidationError({self.cursor_query_param: [exceptions.ErrorDetail(sentence, code)]})
        return super().decode_cursor(request)
