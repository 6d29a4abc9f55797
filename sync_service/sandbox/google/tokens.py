"""The token endpoint: signed assertions of service accounts, refresh tokens of people."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import threading
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sync_service.clock import Clock
from sync_service.sandbox.google.access import Caller
from sync_service.sandbox.google.errors import Refusal
from sync_service.sandbox.wire import Reply, as_json

Json = dict[str, Any]

ASSERTION = "urn:ietf:params:oauth:grant-type:jwt-bearer"
REAL_ENDPOINT = "https://oauth2.googleapis.com/token"
HOUR = 3600  # seconds that a token, and an assertion, is good for
SKEW = 300  # seconds by which clocks may differ
MALFORMED = "Invalid JWT: malformed assertion."
TIMEFRAME = (
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
    "Check your iat and exp values in the JWT claim."
)


class Denied(Exception):  # noqa: N818 - a grant is denied; nothing of ours went wrong
    """A grant that the endpoint does not give."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        """Keep what the reply says."""
        super().__init__(description)
        self.reply = as_json(status, {"error": error, "error_description": description})


@dataclass(frozen=True, slots=True)
class Account:
    """A registered service account."""

    email: str
    project: str
    key_id: str
    key: rsa.RSAPublicKey


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person allowed an application: behind a refresh token."""

    email: str
    scopes: frozenset[str]
    client_id: str
    client_secret: str
    project: str


@dataclass(slots=True)
class Tokens:
    """Accounts, consents, and the access tokens that were given."""

    clock: Clock  # of assertions and expiry; clients sign with the host's
    endpoint: str = REAL_ENDPOINT  # what an assertion may be addressed to, beside the real one
    accounts: dict[str, Account] = field(default_factory=dict)
    consents: dict[str, Consent] = field(default_factory=dict)
    _given: dict[str, tuple[Caller, float]] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def service_account(self, email: str, project: str = "1") -> Json:
        """Register a service account; gives the content of its key file."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        key_id = secrets.token_hex(20)
        self.accounts[email] = Account(email, project, key_id, key.public_key())
        return {
            "type": "service_account",
            "project_id": f"project-{project}",
            "private_key_id": key_id,
            "private_key": pem.decode(),
            "client_email": email,
            "client_id": str(10**20 + len(self.accounts)),
            "token_uri": self.endpoint,
        }

    def consent(self, email: str, *scopes: str, project: str = "1") -> Json:
        """A person's consent; gives the content of an authorised-user file."""
        token = f"1//{secrets.token_urlsafe(48)}"
        client = f"{secrets.token_hex(6)}.apps.example", secrets.token_urlsafe(24)
        self.consents[token] = Consent(email, frozenset(scopes), *client, project)
        return {
            "type": "authorized_user",
            "client_id": client[0],
            "client_secret": client[1],
            "refresh_token": token,
            "token_uri": self.endpoint,
            "scopes": list(scopes),
        }

    def give(self, email: str, *scopes: str, project: str = "1") -> str:
        """An access token without a grant, for tests that speak HTTP themselves."""
        return self._issue(Caller(email, frozenset(scopes), project))

    def revoke(self, email: str) -> None:
        """Take away all that an account was given: its tokens and consents."""
        with self._guard:
            self._given = {t: g for t, g in self._given.items() if g[0].email != email}
            self.consents = {t: c for t, c in self.consents.items() if c.email != email}

    def _issue(self, caller: Caller) -> str:
        token = f"ya29.{secrets.token_urlsafe(60)}"
        with self._guard:
            self._given[token] = (caller, self.clock.now().timestamp() + HOUR)
        return token

    def caller(self, authorization: str) -> Caller:
        """Who holds a Bearer token.

        Raises:
            Refusal: 401 without a token, or with one that is not good; 403 by the service's rule.
        """
        kind, _, token = authorization.partition(" ")
        if kind.lower() != "bearer" or not token:
            raise _unauthenticated("CREDENTIALS_MISSING", "Request is missing required")
        with self._guard:
            caller, until = self._given.get(token, (None, 0.0))
        if caller is None or until <= self.clock.now().timestamp():
            raise _unauthenticated("ACCESS_TOKEN_EXPIRED", "Request had invalid")
        return caller

    def answer(self, body: bytes) -> Reply:
        """The reply to a form that was posted to the endpoint."""
        text = body.decode(errors="replace")
        form = {name: values[0] for name, values in parse_qs(text).items()}
        try:
            caller = self._granted(form)
        except Denied as denied:
            return denied.reply
        return as_json(
            200,
            {
                "access_token": self._issue(caller),
                "expires_in": HOUR - 1,
                "scope": " ".join(sorted(caller.scopes)),
                "token_type": "Bearer",
            },
        )

    def _granted(self, form: dict[str, str]) -> Caller:
        """Whose grant a form is."""
        kind = form.get("grant_type", "")
        if kind == ASSERTION:
            return self._asserted(form.get("assertion", ""))
        if kind == "refresh_token":
            return self._refreshed(form)
        raise Denied("unsupported_grant_type", f"Invalid grant_type: {kind}")

    def _asserted(self, assertion: str) -> Caller:
        """Check a signed assertion and say whose it is."""
        head, claims, signature, signed = _parts(assertion)
        account = self.accounts.get(str(claims.get("iss", "")))
        if account is None:
            raise Denied("invalid_grant", "Invalid grant: account not found")
        if head.get("alg") != "RS256" or head.get("kid", account.key_id) != account.key_id:
            raise Denied("invalid_grant", "Invalid JWT Signature.")
        try:
            account.key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature as error:
            raise Denied("invalid_grant", "Invalid JWT Signature.") from error
        self._need_claims(claims)
        scopes = frozenset(str(claims.get("scope", "")).split())
        if not scopes:
            raise Denied("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
        return Caller(str(claims.get("sub") or account.email), scopes, account.project)

    def _need_claims(self, claims: Json) -> None:
        if claims.get("aud") not in {self.endpoint, REAL_ENDPOINT}:
            raise Denied(
                "invalid_grant",
                f"Invalid JWT: Failed audience check. The right audience is {self.endpoint}",
            )
        now = self.clock.now().timestamp()
        try:
            issued, expires = float(claims["iat"]), float(claims["exp"])
        except (KeyError, TypeError, ValueError) as error:
            raise Denied("invalid_grant", TIMEFRAME) from error
        if not issued - SKEW <= now <= expires + SKEW or expires - issued > HOUR:
            raise Denied("invalid_grant", TIMEFRAME)

    def _refreshed(self, form: Json) -> Caller:
        """Check a refresh token and its client."""
        consent = self.consents.get(form.get("refresh_token", ""))
        if consent is None:
            raise Denied("invalid_grant", "Token has been expired or revoked.")
        client = form.get("client_id", ""), form.get("client_secret", "")
        if client != (consent.client_id, consent.client_secret):
            raise Denied("invalid_client", "The OAuth client was not found.", 401)
        asked = frozenset(str(form.get("scope", "")).split()) or consent.scopes
        if not asked <= consent.scopes:
            raise Denied("invalid_scope", "Some requested scopes were invalid.")
        return Caller(consent.email, asked, consent.project)


def _parts(assertion: str) -> tuple[Json, Json, bytes, bytes]:
    """Header, claims, signature and what was signed."""
    pieces = assertion.split(".")
    try:
        head, claims, signature = (
            base64.urlsafe_b64decode(piece + "=" * (-len(piece) % 4)) for piece in pieces
        )
        read = json.loads(head), json.loads(claims)
    except (ValueError, binascii.Error) as error:
        raise Denied("invalid_grant", MALFORMED) from error
    if not all(isinstance(one, dict) for one in read):
        raise Denied("invalid_grant", MALFORMED)
    return *read, signature, ".".join(pieces[:2]).encode()


def _unauthenticated(reason: str, beginning: str) -> Refusal:
    message = (
        f"{beginning} authentication credential{'s' if 'invalid' in beginning else ''}. "
        "Expected OAuth 2 access token, login cookie or other valid authentication credential. "
        "See https://developers.google.com/identity/sign-in/web/devconsole-project."
    )
    detail = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
    }
    refusal = Refusal(401, message, [detail])
    refusal.headers["WWW-Authenticate"] = 'Bearer realm="https://accounts.google.com/"'
    return refusal
