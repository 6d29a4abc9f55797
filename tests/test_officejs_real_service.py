"""The pane against the product's own service: signing in, a refresh, and what is on record."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser
from sqlalchemy import select
from werkzeug.serving import make_server

from sync_service import schema
from tests.excel_book import Model
from tests.pane_fixtures import book, books, browser
from tests.pane_service import Stub
from tests.pane_support import pane
from tests.service_support import Service, service

__all__ = ["book", "books", "browser"]  # the fixtures


@contextmanager
def on_a_port(real: Service) -> Iterator[Stub]:
    """The product's own service on a port: its guard, policy, token and refresh; no stand-in."""
    server = make_server("127.0.0.1", 0, real.web.application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Stub(f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def real_service(folder: Path) -> Iterator[tuple[Service, Stub]]:
    """A service without shops, on a port."""
    with service(folder) as real, on_a_port(real) as address:
        yield real, address


def test_the_real_service_serves_a_pane_that_can_sign_in(
    browser: Browser, book: Model, tmp_path: Path
) -> None:
    with (
        real_service(tmp_path) as (real, address),
        pane(browser, address, book, token=None) as one,
    ):
        one.says("Sign-in needed", "#link")
        one.page.locator("#token").fill(real.token)
        one.press("sign-in")
        one.says("Connected", "#link")
        one.open("help")
        one.press("diagnose")
        one.says("yes, ", "#diagnosis")


def test_a_refresh_by_the_real_service_is_in_the_sheet_and_on_record(
    browser: Browser, book: Model, tmp_path: Path
) -> None:
    """Pane, routes, the road, the write and its acknowledgement, with nothing in between."""
    with (
        real_service(tmp_path) as (real, address),
        pane(browser, address, book, token=real.token) as one,
    ):
        one.says("Connected", "#link")
        one.press("refresh")
        one.says("Done:")
        assert re.search(r"Done: [1-9]\d* cells", one.page.locator("#view").inner_text())
        first = one.state()["settings"]["kpiBase"]
        with real.house.store.read() as connection:
            [kept] = connection.execute(select(schema.sent_books)).mappings().all()
        assert kept["revision"] == first
        one.press("refresh")
        one.says("Done:")
        one.open("setup")
        one.says("Operations")  # the packs are those of the product
