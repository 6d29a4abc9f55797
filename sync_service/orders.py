"""The queue of jobs: huey on SQLite in the data folder, or on Redis by one URL; the same tasks.

Orders are JSON, never pickles: who can write into the queue can order a job and nothing else.
"""

from __future__ import annotations

import json
from importlib.util import find_spec

from huey import Huey, MemoryHuey, RedisHuey, SqliteHuey
from huey.consumer import Consumer
from huey.registry import Message

from sync_service.settings import Settings
from sync_service.told import ToldError

NAME = "linkstar"
CLOSING = 30.0  # seconds that a worker may take to end its job; the next start goes on


class JsonOrders:
    """An order as JSON: its id, the task's name and plain arguments."""

    def serialize(self, message: Message) -> bytes:
        """An order as bytes."""
        said = [message.id, message.name, list(message.args or ()), message.kwargs or {}]
        return json.dumps(said, ensure_ascii=False).encode()

    def deserialize(self, data: bytes) -> Message:
        """An order as huey knows it; retries are ours, so the other fields are empty."""
        number, name, words, named = json.loads(data)
        rest = dict.fromkeys(Message._fields)
        rest |= {"id": number, "name": name, "args": tuple(words), "kwargs": named}
        return Message(**{**rest, "retries": 0, "retry_delay": 0, "retry_backoff": 0})


def open_queue(settings: Settings) -> Huey:
    """The queue of an installation."""
    plain = {"results": False, "serializer": JsonOrders()}
    if settings.queue is None:
        return SqliteHuey(NAME, filename=str(settings.home / "queue.db"), fsync=True, **plain)
    if find_spec("redis") is None:
        raise ToldError(
            "LINKSTAR_QUEUE names a Redis server, but the package redis is not installed. "
            "Run `pip install redis`, or leave the setting out to use SQLite.",
            "LINKSTAR_QUEUE 指向 Redis，但未安装 redis 包。"
            "请运行 `pip install redis`，或去掉该设置以使用 SQLite。",
        )
    return RedisHuey(NAME, url=settings.queue, **plain)


def at_once() -> Huey:
    """A queue that does each job when it is ordered, for `schedule --run-once` and tests."""
    return MemoryHuey(NAME, immediate=True, results=False, serializer=JsonOrders())


class Threads(Consumer):  # type: ignore[misc]  # huey ships no types
    """Huey's consumer inside our process: threads only, the signals stay with `serve`."""

    def __init__(self, queue: Huey, workers: int = 3) -> None:
        """Nothing starts yet; a fork would break deltalake."""
        super().__init__(
            queue, workers, worker_type="thread", max_delay=1.0, shutdown_timeout=CLOSING
        )

    def _set_signal_handlers(self) -> None:
        """Ctrl-C belongs to the web server, which then stops us."""
