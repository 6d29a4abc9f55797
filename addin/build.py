"""Everything that is made of the list of sheet functions: `python -m addin.build` writes it anew.

What is shipped is checked in, so that nobody needs Python to install the add-in; a test fails when
a file differs from what the list makes today.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from addin.basic import basic
from addin.reference import reference
from kpi.function_script import script

ROOT = Path(__file__).resolve().parent.parent
MADE: Mapping[str, Callable[[], str]] = {
    "addin/generated/functions.js": script,
    "addin/generated/KpiFunctions.bas": basic,
    "docs/functions.md": reference,
}


def main() -> None:
    """Write every generated file."""
    for place, make in MADE.items():
        path = ROOT / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main()
