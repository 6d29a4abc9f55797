"""Loopback stand-ins of the platforms over one reproducible shop simulator."""

from __future__ import annotations
