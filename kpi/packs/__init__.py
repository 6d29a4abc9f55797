"""Role packs: the shipped cards of each role, one file each."""

from __future__ import annotations
