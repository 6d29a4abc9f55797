"""The only list of parts: which connectors there are, and how an installation is put together."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kpi.catalog import shipped
from kpi.money import Rates
from sync_service import chains, control
from sync_service.clock import Clock, SystemClock
from sync_service.connectors.amazon_ads import AMAZON_ADS
from sync_service.connectors.amazon_sp_api import AMAZON
from sync_service.connectors.kernel import Connector
from sync_service.connectors.session import Kit
from sync_service.connectors.shopify import SHOPIFY
from sync_service.control import Control
from sync_service.facts import Facts
from sync_service.imports.amazon_ads_report import ADS_BRANDS, ADS_DISPLAY, ADS_PRODUCTS
from sync_service.imports.amazon_all_orders import ALL_ORDERS
from sync_service.imports.amazon_business_report import BUSINESS_REPORT, BUSINESS_REPORT_ASIN
from sync_service.imports.amazon_settlement import SETTLEMENT
from sync_service.imports.layout import Layout
from sync_service.imports.shopify_orders import SHOPIFY_ORDERS
from sync_service.imports.unit_costs import UNIT_COSTS
from sync_service.rates import stored_rates
from sync_service.recent import Recent
from sync_service.recovery import recover
from sync_service.secrets import Secrets, keys_from_folder, keys_from_keyring
from sync_service.settings import Settings
from sync_service.workbooks.live_excel import LiveExcelPort
from sync_service.workbooks.port import WorkbookPort
from sync_service.workbooks.sent import SentPort
from sync_service.workbooks.xlsx import XlsxPort

HEALED = "facts_version_healed"  # setting: the facts' version that cursors were compared with
CONNECTORS: tuple[Connector, ...] = (AMAZON, AMAZON_ADS, SHOPIFY)
PORTS: tuple[type[WorkbookPort], ...] = (XlsxPort, SentPort, LiveExcelPort)
LAYOUTS: tuple[Layout, ...] = (
    BUSINESS_REPORT,
    BUSINESS_REPORT_ASIN,
    SETTLEMENT,
    ALL_ORDERS,
    ADS_PRODUCTS,
    ADS_BRANDS,
    ADS_DISPLAY,
    SHOPIFY_ORDERS,
    UNIT_COSTS,
)


@dataclass(frozen=True, slots=True)
class House:
    """One installation, open: everything that a command, a job or a route needs."""

    settings: Settings
    clock: Clock
    store: Control
    secrets: Secrets
    facts: Facts
    kit: Kit
    rates: Rates
    recent: Recent = field(default_factory=Recent)

    @property
    def syncing(self) -> chains.Parts:
        """What a sync needs of it."""
        return chains.Parts(self.kit, self.facts, CONNECTORS)

    @property
    def backups(self) -> Path:
        """Where the previous file of a refreshed workbook is kept."""
        return self.settings.home / "backups"


@contextmanager
def open_house(
    settings: Settings, clock: Clock | None = None, *, heal: bool = True
) -> Iterator[House]:
    """Open the data folder of an installation, made on first use; closed at the end.

    `heal` False where the service has healed it, and may be in the midst of a commit.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    time = clock or SystemClock()
    store = Control(settings.database)
    keys = (
        keys_from_keyring()
        if settings.keys == "keyring"
        else keys_from_folder(settings.keys_folder)
    )
    secrets = Secrets(store, keys, time.now)
    kit = Kit(settings, store, secrets, time)
    try:
        facts = Facts(settings.facts, shipped().measures)
        if heal:
            _heal(facts, store, time)
        yield House(settings, time, store, secrets, facts, kit, stored_rates(settings.home))
    finally:
        kit.close()
        store.close()


def wanted_streams(house: House) -> list[chains.Wanted]:
    """Every stream of every connected shop."""
    return chains.streams_of(house.store, CONNECTORS)


def _heal(facts: Facts, store: Control, clock: Clock) -> None:
    """Bring cursors in line with facts after a kill or a restore; once a version of the facts.

    Cursor and facts differ only where facts were committed since, or where one of the two stores
    came from a backup: then the version that was checked last is another one.
    """
    version = facts.version
    if control.setting(store, HEALED) == version:
        return
    for said in recover(facts, store, clock.now()):
        logging.getLogger(__name__).warning("%s", said)
    control.set_setting(store, HEALED, version)
