"""Fixtures that several test files share."""

from __future__ import annotations

from hypothesis import settings

from tests.branches import pytest_collection_modifyitems, pytest_runtest_protocol
from tests.libreoffice import _kept_office, office, own_office
from tests.road_cases import _refreshed, _shared, case, partner_case
from tests.road_month import seen, small_house
from tests.road_support import road

# A busy machine is slow, not wrong: laws are held to what they give, never to how fast.
settings.register_profile("laws", deadline=None)
settings.load_profile("laws")

__all__ = [
    "_kept_office",
    "_refreshed",
    "_shared",
    "case",
    "office",
    "own_office",
    "partner_case",
    "pytest_collection_modifyitems",
    "pytest_runtest_protocol",
    "road",
    "seen",
    "small_house",
]
