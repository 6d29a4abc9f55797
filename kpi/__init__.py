"""The KPI domain: pure functions over frozen nouns; no clock, disk, network or environment."""

from __future__ import annotations
