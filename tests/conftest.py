"""Fixtures that several test files share."""

from __future__ import annotations

from tests.libreoffice import office
from tests.road_cases import case, partner_case
from tests.road_month import seen, small_house
from tests.road_support import road

__all__ = ["case", "office", "partner_case", "road", "seen", "small_house"]
