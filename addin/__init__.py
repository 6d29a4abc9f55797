"""What runs inside the spreadsheet programs."""

from __future__ import annotations
