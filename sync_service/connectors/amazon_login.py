"""Login with Amazon: the access token of the Selling Partner API and of the Ads API."""

from __future__ import annotations

from collections.abc import Mapping

from sync_service.connectors.json_values import json_object
from sync_service.connectors.kernel import AuthRevoked, BadRequest, ContractBroken, Session, Token

USER_AGENT = "LinkStarKpiSheets/1.0 (Language=Python)"
REVOKED = frozenset({"invalid_grant", "invalid_client", "unauthorized_client"})


def form(secret: Mapping[str, str]) -> dict[str, str]:
    """The form fields of the refresh grant."""
    return {
        "grant_type": "refresh_token",
        "refresh_token": secret["refresh_token"],
        "client_id": secret["client_id"],
        "client_secret": secret["client_secret"],
    }


SECRETS = ("client_id", "client_secret", "refresh_token")


def refresh(session: Session) -> Token:
    """Ask for an access token; it lives an hour, the kernel asks again after 50 minutes."""
    answer = session.call(
        "token",
        "POST",
        session.shop.urls["token"],
        form=form({name: session.secret(name) for name in SECRETS}),
        auth=False,
        accept=(400, 401),
    )
    body = json_object(answer.json(), "the token answer")
    error = str(body.get("error") or "")
    if error in REVOKED:
        raise AuthRevoked(f"Login with Amazon says {error}", request_id=answer.request_id)
    if answer.status >= 400:  # noqa: PLR2004 - HTTP
        raise BadRequest(f"Login with Amazon says {error or answer.status}")
    return _token(body)


def _token(body: Mapping[str, object]) -> Token:
    access, lifetime = body.get("access_token"), body.get("expires_in")
    if not isinstance(access, str) or not isinstance(lifetime, int):
        raise ContractBroken("the token answer has no access_token or no expires_in")
    rotated = body.get("refresh_token")
    return Token(access, float(lifetime), rotated if isinstance(rotated, str) else None)
