"""Brings the actual values from the platforms and writes them into workbooks."""

from __future__ import annotations
