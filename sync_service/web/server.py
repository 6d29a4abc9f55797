"""`serve`: waitress on 127.0.0.1 with the schedule beside it, until Ctrl-C.

Waitress serves in threads; a server that forks would break the facts store.
"""

from __future__ import annotations

import json
import logging
import signal
import socket
from types import FrameType

from waitress.server import create_server

from sync_service.console import Terminal
from sync_service.house import House
from sync_service.jobs import Jobs
from sync_service.told import ToldError
from sync_service.web.app import create_app
from sync_service.web.panes_api import MOST_BYTES
from sync_service.web.tokens import make_token

HOST = "127.0.0.1"
THREADS = 8
CONNECTIONS = 400  # below what `select` can watch on Windows
IDLE_SECONDS = 30  # then a connection that says nothing is closed


def run(terminal: Terminal, house: House, *, fresh: bool = False) -> None:
    """Serve until somebody stops it.

    Raises:
        KpiError: The port is taken, or another service keeps this data folder.
    """
    jobs = Jobs(house)
    app = create_app(house, jobs)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    door = _door(house.settings.port)
    server = create_server(
        app,
        sockets=[door],
        threads=THREADS,
        # above our own limits, so that our sentence answers and not the server's plain text
        max_request_body_size=2 * MOST_BYTES,
        connection_limit=CONNECTIONS,
        channel_timeout=IDLE_SECONDS,
        cleanup_interval=IDLE_SECONDS // 3,
        ident="LinkStar",
        clear_untrusted_proxy_headers=True,
    )
    before = signal.signal(signal.SIGTERM, _leave)
    try:
        jobs.start()
        address = f"http://{HOST}:{door.getsockname()[1]}"
        _greet(terminal, address, make_token(house, fresh=fresh))
        server.run()
    finally:
        signal.signal(signal.SIGTERM, before)
        server.close()
        app.extensions["linkstar"].panes.stop()
        jobs.stop()
    terminal.say("服务已停止。", "The service has stopped.")


def _door(port: int) -> socket.socket:
    """The one socket, on loopback; it is ours before anything else starts."""
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        raise ToldError(
            f"Port {port} cannot be used ({error.strerror}). "
            "Stop what uses it, or set LINKSTAR_PORT to another number.",
            f"端口 {port} 无法使用（{error.strerror}）。"
            "请停止占用它的程序，或用 LINKSTAR_PORT 换一个端口。",
        ) from error


def _leave(_number: int, _frame: FrameType | None) -> None:
    """A polite end is the same as Ctrl-C."""
    raise SystemExit(0)


def _greet(terminal: Terminal, address: str, token: str | None) -> None:
    """The address, and the token where it is new: it is shown this once."""
    if terminal.as_json:  # a script waits for this line, not for the end
        terminal.out.write(json.dumps({"address": address, "token": token}) + "\n")
        terminal.out.flush()
        return
    terminal.say(f"服务地址：{address}（Ctrl-C 停止）", f"Serving {address} (Ctrl-C stops it)")
    if token is not None:
        terminal.say(
            f"访问令牌（只显示这一次，请保存）：{token}",
            f"Token, shown this once, keep it: {token}",
        )
    else:
        terminal.say(
            "令牌沿用上次的；忘记时运行 serve --new-token。",
            "The token is the one shown before; serve --new-token replaces it.",
        )
