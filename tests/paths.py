"""Where the tests find the project and the material that lies beside it."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_BESIDE = ROOT.parent / "shared"
SHARED: Path | None = _BESIDE if _BESIDE.is_dir() else None
NO_SHARED = "the folder ../shared is not beside this clone"
