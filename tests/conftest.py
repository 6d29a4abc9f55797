"""Fixtures that several test files share."""

from __future__ import annotations

from tests.libreoffice import office

__all__ = ["office"]
