"""Refusals in the words of the real service, and the JSON around them."""

from __future__ import annotations

from typing import Any

from sync_service.sandbox.wire import Reply, as_json

Json = dict[str, Any]

STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
}
PROTECTED = (
    "You are trying to edit a protected cell or object. Please contact the spreadsheet owner to "
    "remove protection if you need to edit."
)
NO_PERMISSION = "The caller does not have permission"
NO_ENTITY = "Requested entity was not found."


class Refusal(Exception):  # noqa: N818 - the service refuses; nothing of ours went wrong
    """A call that the service answers with an error: status, message, details."""

    def __init__(self, code: int, message: str, details: list[Json] | None = None) -> None:
        """Keep what the reply says."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details or []
        self.headers: dict[str, str] = {}

    def reply(self) -> Reply:
        """The reply as Sheets words it."""
        error: Json = {"code": self.code, "message": self.message, "status": STATUS[self.code]}
        if self.details:
            error["details"] = self.details
        return as_json(self.code, {"error": error}, self.headers)


class DriveRefusal(Refusal):
    """The same as Drive words it: a list of errors with a domain and a reason."""

    def __init__(self, code: int, message: str, reason: str, location: str = "") -> None:
        """Keep the reason; `location` names the parameter at fault."""
        super().__init__(code, message)
        self.reason = reason
        self.location = location

    def reply(self) -> Reply:
        """The reply of Drive v3."""
        one: Json = {"message": self.message, "domain": "global", "reason": self.reason}
        if self.location:
            one |= {"location": self.location, "locationType": "parameter"}
        error = {"code": self.code, "message": self.message, "errors": [one]}
        return as_json(self.code, {"error": error}, self.headers)


def bad(message: str) -> Refusal:
    """A 400 without details."""
    return Refusal(400, message)


def violation(field: str, description: str, message: str = "") -> Refusal:
    """A 400 that names the field."""
    detail = {
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        "fieldViolations": [
            {"field": field, "description": description} if field else {"description": description}
        ],
    }
    return Refusal(400, message or description, [detail])
