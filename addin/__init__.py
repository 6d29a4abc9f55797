"""The room for what runs inside the spreadsheet programs; it may know the layout and `kpi`."""

from __future__ import annotations
