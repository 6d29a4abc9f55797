"""Topics of a case file that are rates: KPIs by their shipped definitions, C3 checks, money."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from kpi.case_inputs import Inputs, Json, as_number
from kpi.catalog import shipped
from kpi.expression import evaluate
from kpi.money import fx_view
from kpi.numbers import R, whole
from kpi.scoring import total_of
from kpi.service_rates import recomputed, unit_profit
from kpi.values import Row

Topic = Callable[[Inputs], Json]
_PERCENT = 100.0


def _kpi(code: str, row: Row) -> float | None:
    """A shipped KPI over these measures, as a step result."""
    return R(evaluate(shipped().expressions[code], row))


def _rate(code: str, **keys: str) -> Topic:
    """A topic that is one KPI: measures and the input keys that give them."""

    def answer(case: Inputs) -> Json:
        return _kpi(code, Row({measure: case.number(key) for measure, key in keys.items()}))

    return answer


def _order_defects(case: Inputs) -> Json:
    if "defect" in case:
        measures = {"orders_defective": case.number("defect")}
        return _kpi("order_defect_rate", Row({**measures, "orders_count": case.number("orders")}))
    defective, orders = case.number("defect_orders"), case.number("orders")
    causes = total_of(case.number(key) for key in ("claims", "chargebacks", "negative"))
    found = recomputed(defective, orders, case.number("printed_rate"))
    return {"rate": found.value, "sum_of_causes": causes}


def _printed_share(top: str, bottom: str) -> Topic:
    """A printed share of a whole: recomputed, swapped fields exchanged."""

    def answer(case: Inputs) -> Json:
        printed = case.number("printed") if "printed" in case else None
        return recomputed(case.number(top), case.number(bottom), printed).value

    return answer


def _invoice_defects(case: Inputs) -> Json:
    measures = {"invoices_missing": case.number("defects"), "invoices_late": 0.0}
    return _kpi("invoice_defect_rate", Row({**measures, "b2b_orders": case.number("orders")}))


def _turnover_days(case: Inputs) -> Json:
    mean = {"inventory_value_cost": case.number("avg_inv")}
    cogs = {"cogs": case.number("cogs_month")}
    row = Row(cogs, case.number("days"), openings=mean, closings=mean)
    return _kpi("inventory_turnover_days", row)


def _advertising(case: Inputs) -> Json:
    measures = {
        "ad_spend": case.number("spend"),
        "ad_sales": case.number("ad_sales"),
        "net_sales_amount": case.number("total"),
    }
    return {code: _kpi(code, Row(measures)) for code in ("acos", "tacos", "roas")}


def _gmv(case: Inputs) -> Json:
    return _kpi("gmv", Row({"gmv_amount": R(case.number("items") * case.number("price"))}))


def _counts(case: Inputs) -> Json:
    lines = case.rows("order")
    units = total_of(as_number(line[1], "order") for line in lines)
    return {"orders": 1.0 if lines else 0.0, "items": float(len(lines)), "units": units}


def _answers(case: Inputs) -> dict[int, float]:
    return {stars: case.number(str(stars)) for stars in range(1, 6)}


def _csat_scaled(case: Inputs) -> Json:
    answers = _answers(case)
    points = total_of(stars * count for stars, count in answers.items())
    row = Row({"csat_points": points, "csat_answers": total_of(answers.values())})
    return in_percent(_kpi("csat_scaled", row))


def _csat_share(positive: float, answers: float | None) -> float | None:
    row = Row({"csat_positive": positive, "csat_answers": answers})
    return in_percent(_kpi("csat", row))


def _csat_three(case: Inputs) -> Json:
    given = [case.number(key) for key in ("pos", "neu", "neg")]
    return _csat_share(given[0], total_of(given))


def _csat_top_two(case: Inputs) -> Json:
    answers = _answers(case)
    raw = _csat_share(answers[5] + answers[4], total_of(answers.values()))
    return Shown(raw)


class Shown(dict[str, "Json"]):
    """A figure that a case may want as it is or together with its display form."""

    def __init__(self, raw: float | None) -> None:
        """The raw figure and the whole number a reader sees."""
        super().__init__(raw=raw, rounded=None if raw is None else whole(raw))


def in_percent(value: float | None) -> float | None:
    """A fraction as percent."""
    return None if value is None else R(value * _PERCENT)


def _unit_profit(case: Inputs) -> Json:
    others = [case.number(k) for k in ("referral", "fba", "ship", "ppc") if k in case]
    one = unit_profit(case.number("price"), case.number("cost"), *others)
    return {"net": one.net, "margin": in_percent(one.margin), "roi": in_percent(one.roi)}


def _fx(case: Inputs) -> Json:
    amount, now, before = (Decimal(str(case.number(k))) for k in ("eur", "rate_now", "rate_prev"))
    view = fx_view(amount, now, before)
    return {
        "actual_usd": float(view.actual),
        "constant_usd": float(view.constant),
        "fx_effect": float(view.effect),
    }


_HEALTH = "Amazon account health: "
_OTHER = "other platform service rates: "
_COUNTING = "counting, conversion, GMV, currency: "

RATES: Mapping[str, Topic] = {
    f"{_HEALTH}invoice_defect_rate": _invoice_defects,
    f"{_HEALTH}late_shipment_rate": _rate(
        "late_shipment_rate", orders_confirmed_late="late", orders_confirmed="orders"
    ),
    f"{_HEALTH}on_time_delivery_rate": _printed_share("field_on_time", "field_valid"),
    f"{_HEALTH}order_defect_rate": _order_defects,
    f"{_HEALTH}prefulfilment_cancel_rate": _printed_share("cancel", "orders"),
    f"{_HEALTH}unit_on_time_rate": _rate(
        "unit_on_time_rate", delivery_units_on_time="on_time", delivery_units="units"
    ),
    f"{_HEALTH}valid_tracking_rate": _rate(
        "valid_tracking_rate", packages_tracked="valid", packages_shipped="packages"
    ),
    "CSAT: csat (scaled mean)": _csat_scaled,
    "CSAT: csat (three answers)": _csat_three,
    "CSAT: csat (top two boxes)": _csat_top_two,
    "advertising: acos, tacos, roas": _advertising,
    "advertising: roas": _rate("roas", ad_sales="ad_sales", ad_spend="spend"),
    "advertising: tacos": _rate("tacos", ad_spend="spend", net_sales_amount="total"),
    f"{_COUNTING}FX effect": _fx,
    f"{_COUNTING}gmv": _gmv,
    f"{_COUNTING}order_session_rate": _rate(
        "order_session_rate", orders_count="orders", sessions="sessions"
    ),
    f"{_COUNTING}orders, items, units": _counts,
    "inventory: fba_sell_through": _rate(
        "fba_sell_through", units_shipped_90d="shipped_90d", available_units_4pt="avg_units"
    ),
    "inventory: inventory_turnover_days": _turnover_days,
    f"{_OTHER}fast_dispatch_rate": _rate(
        "fast_dispatch_rate", orders_dispatched_fast="ok", orders_dispatched="orders_30d"
    ),
    f"{_OTHER}seller_fault_cancel_rate": _rate(
        "seller_fault_cancel_rate",
        orders_cancelled_seller="seller_cancel",
        orders_cancelled_auto="auto_cancel",
        orders_count="orders",
    ),
    f"{_OTHER}shopee_late_shipment_rate": _rate(
        "shopee_late_shipment_rate", orders_dispatched_late="late", orders_dispatched="shipped_7d"
    ),
    "unit profit: unit profit": _unit_profit,
}
