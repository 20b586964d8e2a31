"""What a stopped device may still ask for: its reports are heard, and kept; nothing else is told or done."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from masterdata.pages.callers import DeviceUser


class StoppedDevicesOnlyReport(BasePermission):
    """Views name the methods that a stopped device may use in `open_to_stopped_devices`; any other is a 403."""

    code = "device_disabled"
    message = (
        "This device is stopped: what it reports is kept and blocked, and it may do nothing else. Ask an administrator."
    )

    def has_permission(self, request: Request, view: object) -> bool:
        if not isinstance(request.user, DeviceUser) or request.user.device.enabled:
            return True
        return request.method in getattr(view, "open_to_stopped_devices", ())
