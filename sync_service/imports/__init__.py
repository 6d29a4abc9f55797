"""Files of every source: one file a layout."""

from __future__ import annotations
