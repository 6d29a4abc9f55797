"""How the two sandbox companies score people and shops: operations, supervisors, shops, stores."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sheet_templates.start import StartRow

# metric, weight, method, better, warn, breach, parameters; money against what is due by now
Line = tuple[str, int, str, str, float | None, float | None, tuple[float, ...]]
# The packs' own items, as far as the simulator or the Inputs of these books fill them.
_OPERATIONS: tuple[Line, ...] = (
    ("net_sales", 20, "ratio_up", "higher", 0.95, 0.85, ()),
    ("contribution_profit", 15, "ratio_up", "higher", 0.95, 0.85, ()),
    ("acos", 10, "mirror_down", "lower", 0.28, 0.35, ()),
    ("tacos", 5, "mirror_down", "lower", 0.14, 0.18, ()),
    ("return_rate", 10, "mirror_down", "lower", 0.065, 0.08, ()),
    ("negative_review_rate", 5, "mirror_down", "lower", 0.06, 0.09, ()),
    ("inventory_turnover_days", 5, "band", "band", None, None, (40, 90, 30, 60)),
    ("days_of_supply", 10, "band", "band", None, None, (30, 75, 20, 60)),
)
_BOTH_SUPERVISORS: tuple[Line, ...] = (
    ("contribution_profit", 20, "ratio_up", "higher", 0.95, 0.85, ()),
    ("acos", 10, "mirror_down", "lower", 0.28, 0.35, ()),
    ("return_rate", 5, "mirror_down", "lower", 0.065, 0.08, ()),
    ("inventory_turnover_days", 10, "band", "band", None, None, (40, 90, 30, 60)),
    ("new_listings", 10, "ratio_up", "higher", 0.8, 0.5, ()),
)
_SHOPS: tuple[Line, ...] = (
    ("contribution_profit", 15, "ratio_up", "higher", 0.95, 0.85, ()),
    ("tacos", 10, "mirror_down", "lower", 0.14, 0.18, ()),
    ("return_rate", 5, "mirror_down", "lower", 0.065, 0.08, ()),
    ("negative_review_rate", 5, "mirror_down", "lower", 0.06, 0.09, ()),
)
_OWN_STORES: tuple[Line, ...] = (
    ("contribution_profit", 15, "ratio_up", "higher", 0.95, 0.85, ()),
    ("repeat_order_rate", 10, "ratio_up", "higher", 0.16, 0.12, ()),
    ("tacos", 5, "mirror_down", "lower", 0.14, 0.18, ()),
    ("return_rate", 5, "mirror_down", "lower", 0.065, 0.08, ()),
    ("engaged_visit_rate", 10, "ratio_up", "higher", 0.5, 0.4, ()),
)
CARDS: dict[tuple[str, str], tuple[Line, ...]] = {
    ("operations", "US"): (
        *_OPERATIONS,
        ("buy_box_share", 10, "ratio_up", "higher", 0.88, 0.8, ()),
        ("new_listings", 10, "ratio_up", "higher", 0.8, 0.5, ()),
    ),
    ("operations", "EU"): (
        *_OPERATIONS,
        ("buy_box_share", 5, "ratio_up", "higher", 0.88, 0.8, ()),
        ("new_listings", 5, "ratio_up", "higher", 0.8, 0.5, ()),
        ("compliance_task_rate", 5, "ratio_up", "higher", 1.0, 0.9, ()),
        ("vat_on_time_rate", 5, "ratio_up", "higher", 1.0, 0.95, ()),
    ),
    ("supervisor", "US"): (
        ("net_sales", 25, "ratio_up", "higher", 0.95, 0.85, ()),
        *_BOTH_SUPERVISORS,
        ("buy_box_share", 10, "ratio_up", "higher", 0.88, 0.8, ()),
        ("days_of_supply", 10, "band", "band", None, None, (30, 75, 20, 60)),
    ),
    ("supervisor", "EU"): (
        ("net_sales", 20, "ratio_up", "higher", 0.95, 0.85, ()),
        *_BOTH_SUPERVISORS,
        ("days_of_supply", 10, "band", "band", None, None, (30, 75, 20, 60)),
        ("compliance_task_rate", 10, "ratio_up", "higher", 1.0, 0.9, ()),
        ("vat_on_time_rate", 5, "ratio_up", "higher", 1.0, 0.95, ()),
    ),
    ("shop", "US"): (
        ("net_sales", 25, "ratio_up", "higher", 0.95, 0.85, ()),
        *_SHOPS,
        ("unit_session_rate", 10, "ratio_up", "higher", 0.09, 0.07, ()),
        ("buy_box_share", 15, "ratio_up", "higher", 0.88, 0.8, ()),
        ("new_listings", 15, "ratio_up", "higher", 0.8, 0.5, ()),
    ),
    ("shop", "EU"): (
        ("net_sales", 20, "ratio_up", "higher", 0.95, 0.85, ()),
        *_SHOPS,
        ("inventory_turnover_days", 5, "band", "band", None, None, (40, 90, 30, 60)),
        ("buy_box_share", 10, "ratio_up", "higher", 0.88, 0.8, ()),
        ("new_listings", 10, "ratio_up", "higher", 0.8, 0.5, ()),
        ("compliance_task_rate", 10, "ratio_up", "higher", 1.0, 0.9, ()),
        ("vat_on_time_rate", 10, "ratio_up", "higher", 1.0, 0.95, ()),
    ),
    ("own_store", "US"): (
        ("net_sales", 20, "ratio_up", "higher", 0.95, 0.85, ()),
        *_OWN_STORES,
        ("checkout_completion_rate", 15, "ratio_up", "higher", 0.55, 0.45, ()),
        ("add_to_cart_rate", 20, "ratio_up", "higher", 0.06, 0.045, ()),
    ),
    ("own_store", "EU"): (
        ("net_sales", 20, "ratio_up", "higher", 0.95, 0.85, ()),
        *_OWN_STORES,
        ("checkout_completion_rate", 10, "ratio_up", "higher", 0.55, 0.45, ()),
        ("add_to_cart_rate", 10, "ratio_up", "higher", 0.06, 0.045, ()),
        ("compliance_task_rate", 10, "ratio_up", "higher", 1.0, 0.9, ()),
        ("vat_on_time_rate", 5, "ratio_up", "higher", 1.0, 0.95, ()),
    ),
}


def weights(start: date) -> Iterator[StartRow]:
    """The lines of tblWeight, confirmed by their manager and valid from a day on."""
    for (role, region), lines in CARDS.items():
        for metric, weight, method, better, warn, breach, params in lines:
            yield {
                "role": role,
                "region": region,
                "metric": metric,
                "on": "yes",
                "weight": float(weight),
                "method": method,
                "better": better,
                "warn": warn,
                "breach": breach,
                "bound": "strict",
                "veto": "no",
                "start": start,
                **{f"p{n}": float(p) for n, p in enumerate(params, 1)},
                "missing": "exclude",
                "outdated": "block",
                "confirmed": "yes",
            }
