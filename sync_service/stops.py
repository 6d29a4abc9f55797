"""What may stop one chain of work, and how it is shown; all else is a bug and ends the run."""

from __future__ import annotations

import errno

import pyarrow as pa
from sqlalchemy.exc import SQLAlchemyError

from kpi.errors import KpiError, Place
from kpi.model import Texts
from sync_service.control import LeaseLostError
from sync_service.facts import ConflictError, DiskFullError
from sync_service.redaction import redact
from sync_service.told import texts_of
from sync_service.troubles import Conflict, ContractBroken, DiskFull, Misconfigured, Trouble

# A connector parses what a platform sends: a missing key or a text for a number ends up here.
PARSING = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, pa.ArrowException)
STOPS = (Trouble, KpiError, SQLAlchemyError, OSError, *PARSING)


def as_trouble(error: BaseException) -> Trouble:
    """Name the class of what stopped a chain."""
    if isinstance(error, Trouble):
        return error
    said = redact(str(error))[:400]
    if _full(error):
        return DiskFull(said)
    for kinds, make in KINDS:
        if isinstance(error, kinds):
            return make(said)
    return ContractBroken(f"{type(error).__name__} {said}")


def said_of(error: BaseException) -> Texts:
    """The sentence of what stopped a chain, in both languages."""
    if isinstance(error, KpiError):
        return texts_of(error)
    found = as_trouble(error)
    return {
        "zh": found.what["zh"].replace("{detail}", found.detail),
        "en": found.what["en"].replace("{detail}", found.detail),
    }


KINDS: tuple[tuple[tuple[type[Exception], ...], type[Trouble]], ...] = (
    ((ConflictError, LeaseLostError), Conflict),
    ((KpiError, SQLAlchemyError, OSError), Misconfigured),
)


def _full(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno in {errno.ENOSPC, errno.EDQUOT}
    if isinstance(error, SQLAlchemyError):
        return "disk is full" in str(error)
    return isinstance(error, DiskFullError)


def place_of(stream: str, shop: str) -> Place:
    """Give the place of a problem of a stream."""
    return Place(text=f"{shop} {stream}")
