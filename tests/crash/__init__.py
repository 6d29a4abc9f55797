"""Programs that the kill sweeps stop at every write."""

from __future__ import annotations
