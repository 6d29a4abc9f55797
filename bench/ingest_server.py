"""The platform of the ingest benchmark: pages of orders, rendered beforehand, on loopback."""

from __future__ import annotations

import datetime as dt
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import numpy as np
import orjson

PAGE = 1_000
SHOPS, DAYS, LATE_DAYS = 10, 90, 14
FIRST = dt.date(2026, 7, 1)
COUNTS = ("orders_count", "units_ordered", "units_shipped")
AMOUNTS = ("gross_sales", "discounts", "gmv_amount")


def drawn(rows: int) -> dict[str, Any]:
    """Draw all rows: the key (shop, day, SKU) by position, the figures by chance."""
    rng = np.random.default_rng(7)
    number = np.arange(rows)
    shop, rest = number % SHOPS, number // SHOPS
    day, sku = rest % DAYS, rest // DAYS
    units = rng.poisson(3, rows) + 1
    cents = np.rint(rng.lognormal(3, 0.5, rows) * 100).astype(np.int64) * units
    discount = cents // rng.integers(10, 40, rows)
    late = (day >= DAYS - LATE_DAYS) & (rng.random(rows) < 0.05)
    return {
        "shop": shop,
        "day": day,
        "sku": sku,
        "orders_count": np.minimum(units, rng.poisson(3, rows) + 1),
        "units_ordered": units,
        "units_shipped": np.maximum(units - rng.integers(0, 2, rows), 0),
        "gross_sales": cents,
        "discounts": discount,
        "gmv_amount": cents - discount,
        "late": late,
    }


def money(cents: int) -> str:
    """Give cents as platforms do: a decimal text."""
    return f"{cents // 100}.{cents % 100:02d}"


def pages(rows: int, *, restated: bool) -> dict[int, list[bytes]]:
    """Render every shop's pages; the second time only the last days, some with more sales."""
    table = drawn(rows)
    found: dict[int, list[bytes]] = {}
    for shop in range(SHOPS):
        chosen = table["shop"] == shop
        if restated:
            chosen &= table["day"] >= DAYS - LATE_DAYS
        lines = _lines({name: v[chosen].tolist() for name, v in table.items()}, restated=restated)
        found[shop] = [orjson.dumps(lines[n : n + PAGE]) for n in range(0, len(lines), PAGE)]
    return found


def _lines(columns: dict[str, list[int]], *, restated: bool) -> list[dict[str, object]]:
    """Give rows as JSON objects of about 180 bytes."""
    lines = []
    for n, sku in enumerate(columns["sku"]):
        more = 1_999 if restated and columns["late"][n] else 0
        lines.append(
            {
                "day": (FIRST + dt.timedelta(days=columns["day"][n])).isoformat(),
                "shop": f"SHOP-{columns['shop'][n]:02d}",
                "sku": f"SKU{sku:05d}",
                "currency": "EUR",
                **{name: columns[name][n] for name in COUNTS},
                "gross_sales": money(columns["gross_sales"][n] + more),
                "discounts": money(columns["discounts"][n]),
                "gmv_amount": money(columns["gmv_amount"][n] + more),
            }
        )
    return lines


def expected(rows: int) -> dict[str, int]:
    """Give the row count and the exact sums, in cents, after the restatement."""
    table = drawn(rows)
    more = int(table["late"].sum()) * 1_999
    sums = {name: int(table[name].sum()) for name in (*COUNTS, *AMOUNTS)}
    sums["gross_sales"] += more
    sums["gmv_amount"] += more
    return {"rows": rows} | sums


class _Handler(BaseHTTPRequestHandler):
    """Answers /first/SHOP?page=N and /late/SHOP?page=N."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet for head and body
    served: ClassVar[dict[str, dict[int, list[bytes]]]] = {}

    def do_GET(self) -> None:
        """Give one page, with the address of the next one."""
        url = urlsplit(self.path)
        kind, shop = url.path.strip("/").split("/")
        number = int(parse_qs(url.query).get("page", ["0"])[0])
        found = self.served[kind][int(shop)]
        host = self.headers["Host"]
        more = number + 1 < len(found)
        link = f'"http://{host}/{kind}/{shop}?page={number + 1}"' if more else "null"
        body = b'{"rows":' + found[number] + f',"next":{link}}}'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing a page."""


def main() -> None:
    """Render, listen on loopback, tell the port, serve until the input ends."""
    rows = int(sys.argv[1])
    _Handler.served = {
        "first": pages(rows, restated=False),
        "late": pages(rows, restated=True),
    }
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
