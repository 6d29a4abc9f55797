"""What the two sandbox companies decided: targets, cards, teams and tasks; all invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

EUR_USD = 1.13  # the company's fixed rate of the year 2026
YEAR = 2026
MONTH = "2026-10"
CARD_FROM = date(2026, 1, 1)
# Sales of a month against the mean month of a shop; autumn is strong, August weak in the EU.
SEASON = {
    "US": (0.88, 0.86, 0.92, 0.94, 0.98, 1.00, 1.16, 0.98, 0.98, 1.06, 1.36, 1.24),
    "EU": (0.92, 0.90, 0.94, 0.96, 0.98, 0.98, 1.06, 0.80, 1.00, 1.06, 1.34, 1.22),
}
NET_OF_GROSS = Decimal("0.90")
CONTRIBUTION = Decimal("0.26")
RATIOS = {
    "acos": 0.26,
    "tacos": 0.12,
    "return_rate": 0.06,
    "negative_review_rate": 0.05,
    "buy_box_share": 0.92,
}
SHOP_RATIOS = {"unit_session_rate": 0.1}  # of marketplaces
STORE_RATIOS = {  # of own stores alone
    "engaged_visit_rate": 0.55,
    "add_to_cart_rate": 0.07,
    "checkout_completion_rate": 0.6,
    "repeat_order_rate": 0.2,
}
IN_TIME = {"compliance_task_rate": 1.0, "vat_on_time_rate": 1.0}  # targets of the EU


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of the team: a short code, what they do and which shops are theirs."""

    code: str
    zh: str
    en: str
    role: str
    us_share: float
    shops: tuple[str, ...] = ()
    manager: str = "HEAD"


OCT = {day: date(2026, 10, day) for day in (15, 20, 25, 30)}
TEAMS: dict[str, tuple[Staff, ...]] = {
    "XH": (
        Staff("HEAD", "运营总监", "Head of operations", "supervisor", 0.6, manager=""),
        Staff("OPS1", "运营一组", "Operations 1", "operations", 1.0, ("AMZ-US",)),
        Staff("OPS2", "运营二组", "Operations 2", "operations", 0.0, ("AMZ-DE", "AMZ-FR")),
        Staff("OPS3", "运营三组", "Operations 3", "operations", 0.0, ("AMZ-IT", "AMZ-ES")),
        Staff("OPS4", "独立站组", "Own stores", "operations", 0.65, ("SHP-US", "SHP-EU")),
    ),
    "HY": (
        Staff("HEAD", "运营总监", "Head of operations", "supervisor", 0.6, manager=""),
        Staff("OPS5", "运营五组", "Operations 5", "operations", 1.0, ("HY-AMZ-US", "HY-SHP-US")),
        Staff(
            "OPS6",
            "运营六组",
            "Operations 6",
            "operations",
            0.0,
            ("HY-AMZ-DE", "HY-AMZ-FR", "HY-AMZ-IT"),
        ),
    ),
}
# number, country, what, regime, due, done, whether it is the head's own
TASKS = (
    ("T-001", "FR", "法国包装EPR申报", "French packaging EPR", "epr_packaging", OCT[30], 0.6, True),
    ("T-002", "DE", "德国WEEE费用缴纳", "German WEEE fees", "weee_fee", OCT[15], 0.5, False),
    ("T-003", "IT", "意大利VAT三季度", "Italian VAT, quarter 3", "vat", OCT[25], 0.2, False),
    ("T-004", "ES", "西班牙VAT三季度", "Spanish VAT, quarter 3", "vat", OCT[20], 1.0, False),
    (
        "T-005",
        "DE",
        "充电产品CE文件复核",
        "CE files of chargers",
        "ce",
        date(2026, 11, 20),
        0.0,
        True,
    ),
)
FEES = {  # number -> to pay, currency, paid so far
    "T-002": (2400.0, "EUR", 1200.0),
    "T-003": (18_650.4, "EUR", 0.0),
    "T-004": (9480.25, "EUR", 9480.25),
}
PARTNER = "OPS6"  # the agency of the second company: its slice is the partner edition
