"""The commands of `python -m sync_service`: one file a group, each a parser and a function."""

from __future__ import annotations
