"""Where somebody begins: by role."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from masterdata.pages.access import desk_page, person_of
from variance.web.navigation import home_of


@desk_page()
def home(request: HttpRequest) -> HttpResponse:
    return redirect(home_of(person_of(request)))
