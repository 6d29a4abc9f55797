"""Fixtures that several test files share."""

from __future__ import annotations

from hypothesis import settings

from tests.libreoffice import office
from tests.road_cases import case, partner_case
from tests.road_month import seen, small_house
from tests.road_support import road

# A busy machine is slow, not wrong: laws are held to what they give, never to how fast.
settings.register_profile("laws", deadline=None)
settings.load_profile("laws")

__all__ = ["case", "office", "partner_case", "road", "seen", "small_house"]
