"""A program that writes a workbook once, for the tests that kill it: `xlsx_writer PATH VALUE`."""

from __future__ import annotations

import sys
from pathlib import Path

from sync_service.workbooks.port import TablePatch, Written
from sync_service.workbooks.refusals import BookChangedError
from sync_service.workbooks.xlsx import XlsxPort


def main() -> None:
    """Write until no other writer was faster."""
    port, value = XlsxPort(Path(sys.argv[1]), recalculate="never"), float(sys.argv[2])
    rows: list[dict[str, Written]] = [{"no": f"W{n}", "actual": value} for n in range(30)]
    while True:
        try:
            port.write([TablePatch("tblBreach", ("no",), rows)], [], port.read().fingerprint)
        except BookChangedError:
            continue
        return


if __name__ == "__main__":
    main()
