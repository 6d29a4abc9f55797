"""One file a sheet of the workbook."""

from __future__ import annotations
