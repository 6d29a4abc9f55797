"""Step 4 of the road: one computed month becomes patches of the service's own tables."""

from __future__ import annotations
