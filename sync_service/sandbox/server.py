"""The loopback server in front of the sandbox platforms: one port, a prefix for each platform.

handle = Sandbox(World(), SandboxClock(SANDBOX_NOW)).start()
handle.urls("AMZ-DE", "amazon")   # {"api": ..., "token": ...}
handle.faults.add("amazon", "createReport", "429", retry_after=30)
handle.stop()
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sync_service.clock import Clock
from sync_service.sandbox.amazon import Amazon, Logins
from sync_service.sandbox.amazon_ads import AmazonAds
from sync_service.sandbox.faults import Fault, Faults, damaged, instead, twist
from sync_service.sandbox.shopify import Shopify
from sync_service.sandbox.wire import Platform, Reply, Request, SandboxTime
from sync_service.sandbox.world import (
    ADS_CLIENT_ID,
    ADS_CLIENT_SECRET,
    SP_CLIENT_ID,
    SP_CLIENT_SECRET,
    World,
)

HOST = "127.0.0.1"
DRIPS = 20
DRIP_SECONDS = 0.05  # real time between two drips


@dataclass(slots=True)
class Address:
    """Where a sandbox listens, and with which credentials its shops are connected."""

    port: int
    world: World

    @property
    def netloc(self) -> str:
        """Host and port, for the client's list of loopback hosts."""
        return f"{HOST}:{self.port}"

    @property
    def base_urls(self) -> dict[str, str]:
        """The start of every URL, by platform."""
        base = f"http://{self.netloc}"
        return {name: f"{base}/{name}" for name in ("amazon", "amazon_ads", "shopify")}

    def urls(self, shop: str, platform: str) -> dict[str, str]:
        """What a connection of a shop needs: `api`, and `token` where there is one."""
        base = self.base_urls[platform]
        if platform == "shopify":
            return {"api": f"{base}/{self.world.shop(shop).domain}"}
        return {"api": base, "token": f"{base}/auth/o2/token"}

    def secrets(self, shop: str, platform: str) -> dict[str, str]:
        """The credentials with which a shop is connected."""
        one = self.world.shop(shop)
        if platform == "shopify":
            return {"access_token": one.access_token}
        ads = platform == "amazon_ads"
        return {
            "client_id": ADS_CLIENT_ID if ads else SP_CLIENT_ID,
            "client_secret": ADS_CLIENT_SECRET if ads else SP_CLIENT_SECRET,
            "refresh_token": one.ads_refresh_token if ads else one.refresh_token,
        }


@dataclass(slots=True)
class SandboxHandle(Address):
    """A running sandbox of this process."""

    faults: Faults
    logins: Logins
    amazon: Amazon
    ads: AmazonAds
    shopify: Shopify
    _server: ThreadingHTTPServer
    _thread: threading.Thread

    def stop(self) -> None:
        """Close the port and wait for the server's thread."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


@dataclass(slots=True)
class Sandbox:
    """All platforms over one world and one clock."""

    world: World
    clock: Clock
    faults: Faults = field(default_factory=Faults)

    def start(self, port: int = 0) -> SandboxHandle:
        """Listen on loopback; port 0 takes a free one."""
        sandbox_time = SandboxTime(self.clock)
        logins = Logins(self.world, sandbox_time)
        amazon = Amazon(self.world, sandbox_time, logins)
        ads = AmazonAds(self.world, sandbox_time, logins)
        shopify = Shopify(self.world, sandbox_time)
        platforms: dict[str, Platform] = {
            "amazon": amazon,
            "amazon_ads": ads,
            "shopify": shopify,
        }
        server, thread = listen(platforms, self.faults, port)
        number = int(server.server_address[1])
        return SandboxHandle(
            number, self.world, self.faults, logins, amazon, ads, shopify, server, thread
        )


def listen(
    platforms: dict[str, Platform], faults: Faults, port: int = 0
) -> tuple[ThreadingHTTPServer, threading.Thread]:
    """Serve platforms by their prefix on loopback, in a thread of its own."""
    server = _Server((HOST, port), platforms, faults)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    return server, thread


class _Server(ThreadingHTTPServer):
    """A threaded server that knows its platforms."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, address: tuple[str, int], platforms: dict[str, Platform], faults: Faults
    ) -> None:
        self.platforms = platforms
        self.faults = faults
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the base's
        """A client that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    """One connection: read a request, ask the script of faults, answer."""

    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, *_: object) -> None:
        """Say nothing: the caller has its own log."""

    def do_GET(self) -> None:
        """Answer a GET."""
        self._serve()

    def do_POST(self) -> None:
        """Answer a POST."""
        self._serve()

    def do_PUT(self) -> None:
        """Answer a PUT."""
        self._serve()

    def do_PATCH(self) -> None:
        """Answer a PATCH."""
        self._serve()

    def do_DELETE(self) -> None:
        """Answer a DELETE."""
        self._serve()

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        path, _, query = self.path.partition("?")
        _, name, rest = (*path.split("/", 2), "")[:3]
        platform = self.server.platforms.get(name)
        if platform is None:
            self._send(Reply(404, b'{"error":"no such platform"}'))
            return
        headers = {key.lower(): value for key, value in self.headers.items()}
        base = f"http://{headers.get('host', '')}/{name}"
        request = Request(self.command, f"/{rest}", query, headers, body, base)
        self._played(name, platform, request)

    def _played(self, name: str, platform: Platform, request: Request) -> None:
        """The platform's answer as the script lets it arrive."""
        operation, account = platform.operation(request)
        fault = self.server.faults.due(name, operation, account)
        if fault is None:
            self._send(platform.answer(request))
            return
        if fault.kind == "crash" and fault.on_reach:
            fault.on_reach()
        reply = instead(fault)
        if reply is None:
            reply = damaged(fault, platform.answer(_twisted(request, fault)))
        if fault.kind == "crash_after" and fault.on_reach:
            fault.on_reach()
        self._send(reply, fault)

    def _send(self, reply: Reply, fault: Fault | None = None) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        for key, value in reply.headers.items():
            self.send_header(key, value)
        self.end_headers()
        if fault is not None and fault.kind == "slow":
            self._drip(reply.body)
        elif fault is not None and fault.kind == "reset":
            self._reset(reply.body)
        else:
            self.wfile.write(reply.body)

    def _drip(self, body: bytes) -> None:
        step = max(1, len(body) // DRIPS)
        for start in range(0, len(body), step):
            self.wfile.write(body[start : start + step])
            self.wfile.flush()
            time.sleep(DRIP_SECONDS)

    def _reset(self, body: bytes) -> None:
        """Half of the body, then a TCP reset."""
        self.wfile.write(body[: len(body) // 2])
        self.wfile.flush()
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        self.connection.close()


def _twisted(request: Request, fault: Fault) -> Request:
    """The request with the paging trick that the platform has to play."""
    return Request(
        request.method,
        request.path,
        request.query,
        request.headers,
        request.body,
        request.base,
        twist(fault),
    )
