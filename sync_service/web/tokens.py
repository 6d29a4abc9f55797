"""The one local token: made at the first start, shown once, kept as its hash."""

from __future__ import annotations

import hashlib
import secrets
from hmac import compare_digest

from sync_service import audit, control
from sync_service.house import House

SETTING = "token_sha256"
BYTES = 24  # 192 bits: no search finds it, so a plain SHA-256 is enough


def make_token(house: House, *, fresh: bool = False) -> str | None:
    """A new token when there is none, or when a fresh one is wanted; None: the old one stays."""
    if not fresh and control.setting(house.store, SETTING):
        return None
    token = secrets.token_urlsafe(BYTES)
    control.set_setting(house.store, SETTING, _hash(token))
    with house.store.begin() as connection:
        audit.record(
            connection, at=house.clock.now(), actor="cli", action="new_token", about="serve"
        )
    return token


def is_token(house: House, given: str) -> bool:
    """Whether this is the token, in a time that tells nothing."""
    kept = str(control.setting(house.store, SETTING, "") or "")
    return bool(kept) and compare_digest(kept, _hash(given))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
