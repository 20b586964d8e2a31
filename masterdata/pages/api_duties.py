"""Who may call which method of the API, as its view declares it; looked at before anything of the body is read."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from masterdata.pages.callers import DeviceUser, caller_of, require_person
from masterdata.rules.duties import Duty


class DutyOfMethod(BasePermission):
    """`duties` of a view: what each method takes of a person; None where whoever has a token may.

    A method that is routed but not in it is refused: nothing is open by being forgotten. Methods in `open_to_devices` take
    nothing of a device; any other that takes a duty is for people.
    """

    message = "Nobody may do this: the method says not what it takes."

    def has_permission(self, request: Request, view: object) -> bool:
        method = "GET" if request.method == "HEAD" else request.method or ""
        if not hasattr(view, method.lower()) or method == "OPTIONS":
            return True  # 405, or what is known of the address
        duties: dict[str, Duty | None] = getattr(view, "duties", {})
        if method not in duties:
            return False
        duty = duties[method]
        by_device = isinstance(request.user, DeviceUser) and method in getattr(view, "open_to_devices", ())
        if duty is not None and not by_device:
            require_person(caller_of(request), duty)
        return True
