"""`serve`: waitress on 127.0.0.1 with the schedule beside it, until Ctrl-C.

Waitress serves in threads; a server that forks would break the facts store. It speaks no TLS, so
with `--https`, which the Excel add-in needs, cheroot serves in threads instead.
"""

from __future__ import annotations

import json
import logging
import platform
import signal
import socket
from types import FrameType
from typing import Protocol

from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server as CherootServer
from flask import Flask
from waitress.server import create_server

from sync_service.collector import few_collections
from sync_service.console import Terminal
from sync_service.house import House
from sync_service.jobs import Jobs
from sync_service.told import ToldError
from sync_service.web.app import create_app
from sync_service.web.certificate import NAME, Certificate, certificate, trust_command
from sync_service.web.desks import desks_of
from sync_service.web.panes_api import MOST_BYTES
from sync_service.web.tokens import make_token

HOST = "127.0.0.1"
THREADS = 8
CONNECTIONS = 400  # below what `select` can watch on Windows
WEF = "~/Library/Containers/com.microsoft.Excel/Data/Documents/wef"
IDLE_SECONDS = 30  # then a connection that says nothing is closed


class Server(Protocol):
    """What both servers have; the port is theirs from the start."""

    port: int

    def run(self) -> None:
        """Serve until it is stopped."""

    def close(self) -> None:
        """Take no more calls."""


def run(terminal: Terminal, house: House, *, fresh: bool = False, https: bool = False) -> None:
    """Serve until somebody stops it.

    Raises:
        KpiError: The port is taken, or another service keeps this data folder.
    """
    jobs = Jobs(house)
    app, desks = create_app(house, jobs), desks_of(house)
    if desks is not None:
        desks.join(app)
    made = certificate(house.settings.home, house.clock.now()) if https else None
    server: Server = (
        Secure(app, house.settings.port, made) if made else Plain(app, house.settings.port)
    )
    before = signal.signal(signal.SIGTERM, _leave)
    try:
        jobs.start()
        address = f"https://{NAME}:{server.port}" if made else f"http://{HOST}:{server.port}"
        _greet(terminal, address, make_token(house, fresh=fresh))
        if made is not None:
            _steps(terminal, address, made)
        with few_collections():
            server.run()
    finally:
        signal.signal(signal.SIGTERM, before)
        server.close()
        if desks is not None:
            desks.stop()
        app.extensions["linkstar"].panes.stop()
        jobs.stop()
    terminal.say("服务已停止。", "The service has stopped.")


class Plain:
    """Waitress."""

    def __init__(self, app: Flask, port: int) -> None:
        """Nothing is served yet, but the port is taken."""
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        door = _door(port)
        self.port: int = door.getsockname()[1]
        self._server = create_server(
            app,
            sockets=[door],
            threads=THREADS,
            # above our own limit, so that our sentence answers and not the server's plain text
            max_request_body_size=2 * MOST_BYTES,
            connection_limit=CONNECTIONS,
            channel_timeout=IDLE_SECONDS,
            cleanup_interval=IDLE_SECONDS // 3,
            ident="LinkStar",
            clear_untrusted_proxy_headers=True,
        )

    def run(self) -> None:
        """Serve until it is stopped."""
        self._server.run()

    def close(self) -> None:
        """Take no more calls."""
        self._server.close()


class _Quiet(CherootServer):
    """Cheroot; that a browser does not trust us yet is nothing to print."""

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
        logging.getLogger("linkstar.tls").log(level if traceback else logging.DEBUG, msg)


class Secure:
    """Cheroot over the door, with TLS 1.2 or newer."""

    def __init__(self, app: Flask, port: int, made: Certificate) -> None:
        """The port is taken and listens; nothing is answered yet."""
        with _door(port) as door:  # cheroot opens its own, and leaves one open that is refused
            free: int = door.getsockname()[1]
        self._server = _Quiet(
            (HOST, free),
            app,
            numthreads=THREADS,
            max=4 * THREADS,
            request_queue_size=CONNECTIONS,
            timeout=IDLE_SECONDS,
            server_name="LinkStar",
        )
        self._server.max_request_body_size = 2 * MOST_BYTES
        self._server.ssl_adapter = BuiltinSSLAdapter(str(made.chain), str(made.key))
        self._server.prepare()
        self.port = free

    def run(self) -> None:
        """Serve until it is stopped."""
        try:
            self._server.serve()
        except (KeyboardInterrupt, SystemExit):  # as waitress does
            return

    def close(self) -> None:
        """Take no more calls."""
        self._server.stop()


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


def _steps(terminal: Terminal, address: str, made: Certificate) -> None:
    """The three steps that bring the add-in into Excel."""
    trust = trust_command(made.root, platform.system())
    again = terminal.text("（新证书）", " (a new certificate)") if made.fresh else ""
    terminal.say(
        f"在 Excel 中使用加载项：\n1. 信任本机证书{again}：{trust}\n"
        f"2. 下载 {address}/addin/manifest.xml。网页版：插入 > 加载项 > 上传我的加载项；Mac：放入 "
        f"{WEF}；Windows：放入一个共享文件夹，并在 文件 > 选项 > 信任中心 > "
        f"受信任的加载项目录 中添加它。\n3. 重启 Excel，打开 KPI 选项卡，用上面的令牌登录。",
        f"The add-in in Excel:\n1. Trust this machine's certificate{again}: {trust}\n"
        f"2. Save {address}/addin/manifest.xml. Web: Insert > Add-ins > Upload My Add-in. Mac: "
        f"put it into {WEF}. Windows: put it into a shared folder and add that under File > "
        f"Options > Trust Center > Trusted Add-in Catalogs.\n"
        f"3. Restart Excel, open the KPI tab, and sign in with the token above.",
    )


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
