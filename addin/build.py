"""Everything that is made of the list of sheet functions: `python -m addin.build` writes it anew.

What is shipped is checked in, so that nobody needs Python to install the add-in; a test fails when
a file differs from what the list makes today.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from addin.basic import basic
from addin.icons import SHAPES, SIZES, icon
from addin.manifest import manifest
from addin.metadata import layout, metadata
from addin.reference import reference
from addin.script_project import bound, code, own
from addin.udf_text import udfs
from kpi.function_script import script

ROOT = Path(__file__).resolve().parent.parent
MADE: Mapping[str, Callable[[], str]] = {
    "addin/generated/functions.js": script,
    "addin/generated/KpiFunctions.bas": basic,
    "addin/generated/functions.en.json": partial(metadata, "en"),
    "addin/generated/functions.zh.json": partial(metadata, "zh"),
    "addin/generated/apps_script/Code.js": code,
    "addin/generated/apps_script/Sidebar.html": partial(own, "Sidebar.html"),
    "addin/generated/apps_script/appsscript.json": partial(own, "appsscript.json"),
    "addin/generated/apps_script/.clasp.json.example": partial(own, "clasp.json.example"),
    "addin/generated/apps_script_bound/Code.js": bound,
    "addin/generated/apps_script_bound/appsscript.json": partial(own, "appsscript.json"),
    "addin/generated/layout.js": layout,
    "addin/generated/manifest.xml": manifest,
    "addin/udfs.py": udfs,
    "docs/functions.md": reference,
}
DRAWN: Mapping[str, Callable[[], bytes]] = {
    f"addin/generated/icons/{name}-{size}.png": partial(icon, name, size)
    for name in SHAPES
    for size in SIZES
}


def main() -> None:
    """Write every generated file."""
    texts = {place: make().encode("utf-8") for place, make in MADE.items()}
    for place, content in {**texts, **{place: draw() for place, draw in DRAWN.items()}}.items():
        path = ROOT / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    main()
