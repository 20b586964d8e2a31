"""Where somebody begins: by role."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from masterdata.pages.access import person_of
from variance.web.navigation import home_of


@login_required
def home(request: HttpRequest) -> HttpResponse:
    return redirect(home_of(person_of(request)))
