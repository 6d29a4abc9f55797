"""`python -m sync_service`."""

from __future__ import annotations

from sync_service.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
