"""One file a platform, on one kernel."""

from __future__ import annotations
