"""Measured promises: each benchmark is one module, `python -m bench.run` runs them."""

from __future__ import annotations
