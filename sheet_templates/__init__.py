"""The workbook: its map, its pages and the builder of the shipped files."""

from __future__ import annotations
