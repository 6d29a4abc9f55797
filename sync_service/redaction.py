"""Secrets never reach a log: one filter for every line that the service writes."""

from __future__ import annotations

import logging
import re

HIDDEN = "[hidden]"
_SHAPES = (
    re.compile(r"(?i)\b(bearer|basic|token)\s+[\w\-.~+/|]{8,}=*"),
    re.compile(r"\bAtz[ar]\|[\w\-.~+/|=]+"),  # Amazon access and refresh tokens
    re.compile(r"\bamzn1\.[\w.\-]*oa2-cs[\w.\-]*"),  # Amazon client secrets
    re.compile(r"\bshp(?:at|ca|pa|ss|ua|rt)_[0-9A-Za-z]+"),  # Shopify tokens and secrets
    re.compile(r"\beyJ[\w\-]{6,}\.[\w\-]+\.[\w\-]*"),  # JSON web tokens
    re.compile(
        r"(?i)([\"']?\b(?:access_token|refresh_token|client_secret|id_token|password|api_key|"
        r"x-amz-access-token|x-shopify-access-token|authorization|x-amz-signature|sign)"
        r"[\"']?\s*[=:]\s*[\"']?)[^\s\"'&,;}]+"
    ),
)
_QUERY = re.compile(r"(https?://[^\s?#\"'<>]+)\?[^\s\"'<>]*")
_USER = re.compile(r"(https?://)[^\s/@\"'<>]+@")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\u2028\u2029]")


def redact(text: str) -> str:
    """Take tokens, passwords, query strings and line breaks out of a text for people."""
    text = _QUERY.sub(rf"\1?{HIDDEN}", text)
    text = _USER.sub(rf"\1{HIDDEN}@", text)
    for shape in _SHAPES:
        text = shape.sub(_hide, text)
    return _CONTROL.sub(" ", text)


def _hide(found: re.Match[str]) -> str:
    """Keep the name of a field, hide its value."""
    return (found[1] if found.lastindex and found[1][-1:] in "=: \"'" else "") + HIDDEN


class Redacting(logging.Formatter):
    """A formatter whose finished line, traceback included, is clean."""

    def format(self, record: logging.LogRecord) -> str:
        """Format as usual, then redact line by line so that a forged line break stays one line."""
        text = super().format(record)
        lines = text.split("\n") if record.exc_info or record.stack_info else [text]
        return "\n".join(redact(line) for line in lines)


def start_logging(level: int = logging.INFO) -> logging.Handler:
    """Send the service's log to standard error, redacted; the HTTP library keeps still."""
    handler = logging.StreamHandler()
    handler.setFormatter(Redacting("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("httpx", "httpcore"):  # they log addresses with their queries at INFO
        logging.getLogger(name).setLevel(logging.WARNING)
    return handler
