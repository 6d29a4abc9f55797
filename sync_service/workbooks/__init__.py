"""Ports to the kinds of workbook."""

from __future__ import annotations
