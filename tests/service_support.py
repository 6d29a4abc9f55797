"""A service without shops of its own: a house, its jobs at once, its routes, a clock that jumps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flask.testing import FlaskClient

from sheet_templates.build import build
from sheet_templates.start import BookStart
from sync_service import mornings
from sync_service.clock import FakeClock
from sync_service.house import House, open_house
from sync_service.jobs import Jobs
from sync_service.orders import at_once
from sync_service.settings import Settings
from sync_service.web.app import create_app
from sync_service.web.tokens import make_token

SHENZHEN = "Asia/Shanghai"
NINE = datetime(2026, 10, 22, 1, 0, tzinfo=UTC)  # 09:00 in Shenzhen


@dataclass(slots=True)
class Service:
    """One service, ready to be asked."""

    house: House
    clock: FakeClock
    jobs: Jobs
    web: FlaskClient
    token: str
    root: Path

    @property
    def key(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def book(self, name: str = "book.xlsx", at: str = "08:30") -> Path:
        """A registered workbook without shops: quick to refresh."""
        path = build(self.root / name, "manager", "en", BookStart(settings={"month": "2026-10"}))
        mornings.register(self.house.store, path, at, SHENZHEN, (), self.clock.now())
        return path.resolve()


@contextmanager
def service(root: Path, now: datetime = NINE) -> Iterator[Service]:
    clock, home = FakeClock(now), root / "data"
    settings = Settings(home=home, database=f"sqlite:///{home / 'control.db'}")
    with open_house(settings, clock) as house:
        jobs = Jobs(house, at_once())
        app = create_app(house, jobs)
        token = make_token(house)
        assert token is not None
        yield Service(house, clock, jobs, app.test_client(), token, root)
        app.extensions["linkstar"].panes.stop()
        jobs.stop()
