"""Run benchmarks by name and print their ratios: `python -m bench.run [name ...] [--small]`.

Exit status 0 also when a goal is missed, 2 when a result is wrong.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from pathlib import Path

from bench.machine import machine, machine_line
from bench.measuring import Bench

NAMES = (
    *("refresh_compute", "refresh_incremental", "ingest", "xlsx_patch", "score_payout"),
    *("build_books", "udf_batch", "sheet_functions", "pane_refresh", "sheets_calls"),
)
PACKAGES = (
    *("numpy", "duckdb", "deltalake", "pyarrow", "pandas", "polars", "orjson"),
    *("XlsxWriter", "openpyxl", "lxml"),
)


def main(arguments: list[str] | None = None) -> int:
    """Run what is asked, print, write JSON."""
    asked = _arguments(arguments)
    told = machine(PACKAGES)
    print(machine_line(told), flush=True)
    benches: list[Bench] = []
    for name in asked.name or NAMES:
        module = importlib.import_module(f"bench.{name}")
        benches.append(module.run(small=asked.small))
        print("\n".join(benches[-1].lines()), flush=True)
    if asked.json:
        found = {"machine": told, "benches": [bench.as_json() for bench in benches]}
        asked.json.write_text(json.dumps(found, indent=2) + "\n")
    return 2 if any(bench.faults for bench in benches) else 0


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("name", nargs="*", choices=[*NAMES, []], help="all when none is given")
    parser.add_argument("--small", action="store_true", help="1/50 of the size, for the tests")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers there")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
