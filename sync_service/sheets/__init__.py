"""What the script of a Google spreadsheet asks: signed calls, jobs, answers."""

from __future__ import annotations
