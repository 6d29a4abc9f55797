"""The extension for LibreOffice: `python -m addin.extension [FILE.oxt]` builds it.

It holds the Basic module, its Python half and what that needs of `kpi`. The same sources give the
same bytes.
"""

from __future__ import annotations

import ast
import sys
import zipfile
from pathlib import Path

from addin.basic import IN_EXTENSION, basic

ROOT = Path(__file__).resolve().parent.parent
FILE = "LinkStarKPI.oxt"  # the script provider's address holds this name
VERSION = "1.0.0"
HOST = "addin/libreoffice/kpi_host.py"
START = "addin/libreoffice/start.py"
STAMP = (2026, 1, 1, 0, 0, 0)  # one date for every build

MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="http://openoffice.org/2001/manifest">
 <manifest:file-entry manifest:full-path="python/"
  manifest:media-type="application/vnd.sun.star.framework-script"/>
 <manifest:file-entry manifest:full-path="start.py"
  manifest:media-type="application/vnd.sun.star.uno-component;type=Python"/>
 <manifest:file-entry manifest:full-path="Jobs.xcu"
  manifest:media-type="application/vnd.sun.star.configuration-data"/>
</manifest:manifest>
"""
DESCRIPTION = f"""<?xml version="1.0" encoding="UTF-8"?>
<description xmlns="http://openoffice.org/extensions/description/2006">
 <identifier value="linkstar.kpi.functions"/>
 <version value="{VERSION}"/>
 <dependencies/>
 <display-name>
  <name lang="en">LinkStar KPI functions</name>
  <name lang="zh-CN">LinkStar KPI 函数</name>
 </display-name>
</description>
"""
JOBS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:component-data xmlns:oor="http://openoffice.org/2001/registry" oor:name="Jobs"
 oor:package="org.openoffice.Office">
 <node oor:name="Jobs">
  <node oor:name="linkstar.kpi.Start" oor:op="replace">
   <prop oor:name="Service"><value>linkstar.kpi.Start</value></prop>
  </node>
 </node>
 <node oor:name="Events">
  <node oor:name="OnStartApp" oor:op="fuse">
   <node oor:name="JobList"><node oor:name="linkstar.kpi.Start" oor:op="replace"/></node>
  </node>
 </node>
</oor:component-data>
"""


def needed(root: Path = ROOT) -> tuple[str, ...]:
    """The modules of `kpi` that the host reaches, as paths; found in their import lines."""
    found: set[str] = set()
    waiting = [HOST]
    while waiting:
        source = (root / waiting.pop()).read_text(encoding="utf-8")
        new = {place for place in _imported(source) if (root / place).is_file()} - found
        found |= new
        waiting += sorted(new)
    return tuple(sorted(found | {"kpi/__init__.py"}))


def _imported(source: str) -> set[str]:
    """Files of `kpi` that a source may name."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name.replace(".", "/") + ".py" for name in names if name.startswith("kpi.")}


def parts(root: Path = ROOT) -> dict[str, str]:
    """Every file of the extension."""
    sources = {
        f"python/pythonpath/{place}": (root / place).read_text(encoding="utf-8")
        for place in needed(root)
    }
    return {
        "META-INF/manifest.xml": MANIFEST,
        "description.xml": DESCRIPTION,
        "Jobs.xcu": JOBS,
        "KpiFunctions.bas": basic(IN_EXTENSION),
        "start.py": (root / START).read_text(encoding="utf-8"),
        "python/kpi_host.py": (root / HOST).read_text(encoding="utf-8"),
        **sources,
    }


def extension(path: Path) -> Path:
    """Write the extension; its name must be `LinkStarKPI.oxt`."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in parts().items():
            made.writestr(zipfile.ZipInfo(name, STAMP), text, zipfile.ZIP_DEFLATED)
    return path


if __name__ == "__main__":
    sys.stdout.write(f"{extension(Path(sys.argv[1] if len(sys.argv) > 1 else FILE))}\n")
