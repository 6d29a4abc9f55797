"""Hand-worked cases of every shipped KPI: what is given, and what comes out.

M numbers are worked examples of the metric reference. Each line reads: KPI | given | result |
how it was worked. Given are base measures; `open.x` and `close.x` are stock at both ends, `days`
the days of the window; `each` gives values day by day, parted by `;`. `-` is unknown, and
`~` says that the source prints so many digits.
"""

# ruff: noqa: E501 - a case is one line

from __future__ import annotations

from dataclasses import dataclass, field

LINES = """
gmv | gmv_amount=5230.5 | 5230.5 | the value itself
gmv | gmv_amount=- | - | not delivered
gross_sales_total | gross_sales=1000 | 1000 | the value itself
net_sales | gross_sales=1000 discounts=50 returns_amount=150 | 800 | 1000 - 50 - 150
net_sales | gross_sales=1000 discounts=50 returns_amount=- | - | returns are not known yet
orders | orders_count=1 order_items_count=2 units_ordered=5 | 1 | M23: 2 of A and 3 of B in one order
units_sold | orders_count=1 order_items_count=2 units_ordered=5 | 5 | M23: the same order holds 5 units
gross_profit | gross_sales=1000 discounts=0 returns_amount=200 cogs=300 | 500 | 800 - 300
gross_margin | gross_sales=1000 discounts=0 returns_amount=200 cogs=300 | 0.625 | 500 / 800
gross_margin | gross_sales=200 discounts=0 returns_amount=200 cogs=0 | - | nothing is left to divide by
contribution_profit | gross_sales=100 discounts=0 returns_amount=0 cogs=30 platform_fees=15 fulfilment_fees=12 ad_spend=10 return_costs=3 | 30 | 100 - 30 - 15 - 12 - 10 - 3
contribution_margin | gross_sales=100 discounts=0 returns_amount=0 cogs=30 platform_fees=15 fulfilment_fees=12 ad_spend=10 return_costs=3 | 0.3 | 30 / 100
net_profit | gross_sales=50 discounts=0 returns_amount=0 cogs=12 inbound_freight=1 platform_fees=7.5 fulfilment_fees=6 storage_fees=0 payment_fees=0 ad_spend=5 return_costs=0 vat_amount=0 overhead=0 | 18.5 | M20: 50 - 12 - 1 - 7.5 - 6 - 5
net_profit | gross_sales=50 discounts=0 returns_amount=0 cogs=12 inbound_freight=1 platform_fees=7.5 fulfilment_fees=6 storage_fees=0 payment_fees=0 ad_spend=5 return_costs=0 vat_amount=- overhead=0 | - | one missing cost line
net_margin | gross_sales=50 discounts=0 returns_amount=0 cogs=12 inbound_freight=1 platform_fees=7.5 fulfilment_fees=6 storage_fees=0 payment_fees=0 ad_spend=5 return_costs=0 vat_amount=0 overhead=0 | 0.37 | M20: 18.5 / 50
sales_per_head | gross_sales=900 discounts=0 returns_amount=0 headcount=4.5 | 200 | 900 / 4.5
labour_output_ratio | gross_sales=100 discounts=0 returns_amount=0 cogs=30 platform_fees=15 fulfilment_fees=12 ad_spend=10 return_costs=3 labour_cost=12 | 2.5 | 30 / 12
average_order_value | gross_sales=1000 discounts=50 returns_amount=150 orders_count=16 | 50 | 800 / 16
visits | sessions=321 | 321 | the value itself
ad_cost | ad_spend=200 | 200 | the value itself
negative_feedback_orders | feedback_negative_orders=3 | 3 | the value itself
acos | ad_spend=200 ad_sales=1000 | 0.2 | M10: 200 / 1000
acos | ad_spend=200 ad_sales=0 | - | money spent, nothing attributed
tacos | ad_spend=200 gross_sales=4000 discounts=0 returns_amount=0 | 0.05 | M10: 200 / 4000
roas | ad_sales=1000 ad_spend=200 | 5 | M10: 1000 / 200
roas | ad_sales=500 ad_spend=100 | 5 | M12: 500 / 100
ad_roi | ad_sales=1000 gross_sales=4000 discounts=0 returns_amount=0 cogs=1000 platform_fees=600 fulfilment_fees=300 return_costs=100 ad_spend=200 | 1.5 | pre-ad margin 2000 / 4000, so 500 - 200 over 200
ad_contribution_profit | ad_sales=1000 gross_sales=4000 discounts=0 returns_amount=0 cogs=1000 platform_fees=600 fulfilment_fees=300 return_costs=100 ad_spend=200 | 300 | 500 - 200
ad_sales_total | ad_sales=1000 | 1000 | the value itself
ad_budget_used | ad_spend=90 ad_budget=120 | 0.75 | 90 / 120
ad_budget_used | ad_spend=90 ad_budget=- | - | no budget row
ad_overspend | each ad_spend=12 ad_budget=10 ; ad_spend=5 ad_budget=10 ; ad_spend=11 ad_budget=10 | 3 | 2 + 0 + 1
ad_overspend | each ad_spend=12 ad_budget=10 ; ad_spend=- ad_budget=10 | - | one day is not known
ctr | ad_clicks=30 ad_impressions=12000 | 0.0025 | 30 / 12000
ad_conversion_rate | ad_orders=6 ad_clicks=48 | 0.125 | 6 / 48
ad_sales_share | ad_sales=250 gross_sales=1000 discounts=0 returns_amount=0 | 0.25 | 250 / 1000
ad_sales_share | ad_sales=1200 gross_sales=1000 discounts=0 returns_amount=0 | 1 | capped: windows differ
organic_sales_share | ad_sales=250 gross_sales=1000 discounts=0 returns_amount=0 | 0.75 | 750 / 1000
organic_sales_share | ad_sales=1200 gross_sales=1000 discounts=0 returns_amount=0 | 0 | floored: windows differ
unit_session_rate | units_ordered=30 sessions=240 | 0.125 | 30 / 240
unit_session_rate | units_ordered=30 sessions=- | - | the platform delivers no visits
order_session_rate | orders_count=24 sessions=240 | 0.1 | 24 / 240
buy_box_share | buy_box_page_views=855 page_views=900 | 0.95 | 855 / 900
new_listings | listings_new_parent=3 listings_new_variant=12 | 3 | variants do not count
add_to_cart_rate | cart_visits=25 sessions=200 | 0.125 | 25 / 200
checkout_completion_rate | checkout_done=12 checkout_visits=16 | 0.75 | 12 / 16
refund_rate | units_refunded=3 units_ordered=48 | 0.0625 | 3 / 48
return_rate | units_returned=4 units_shipped=64 | 0.0625 | 4 / 64
defect_return_rate | units_returned_defect=1 units_shipped=64 | 0.015625 | 1 / 64
negative_review_count | reviews_negative=4 | 4 | the value itself
negative_review_rate | reviews_negative=2 reviews_total=40 | 0.05 | 2 / 40
negative_feedback_rate | feedback_negative_orders=1 orders_count=80 | 0.0125 | 1 / 80
order_defect_rate | orders_defective=1 orders_count=500 | 0.002 | M7: 1 / 500
order_defect_rate | orders_defective=1078 orders_count=539000 | 0.002 | M5: 1078 / 539000
bad_review_handling_rate | bad_reviews_handled=9 bad_reviews_due=12 | 0.75 | 9 / 12
csat | csat_positive=30 csat_answers=50 | 0.6 | M18: 10 fives and 20 fours of 50
csat_scaled | csat_points=400 csat_answers=107 | ~0.6846 | M17: 210+128+30+18+14 points, 293 / 428 = 68.46 %
response_24h_rate | messages_24h=45 messages_due=50 | 0.9 | 45 / 50
first_reply_hours_mean | first_reply_hours=90 first_reply_count=40 | 2.25 | 90 / 40
resolution_rate | tickets_resolved=19 tickets_opened=20 | 0.95 | 19 / 20
returns_handling_rate | returns_on_time=7 returns_due=8 | 0.875 | 7 / 8
late_shipment_rate | orders_confirmed_late=27896 orders_confirmed=870669 | ~0.03204 | M1: 27896 / 870669 = 3.204 %
shopee_late_shipment_rate | orders_dispatched_late=5 orders_dispatched=20 | 0.25 | M13: 5 / 20
fast_dispatch_rate | orders_dispatched_fast=96 orders_dispatched=100 | 0.96 | 96 / 100
seller_fault_cancel_rate | orders_cancelled_seller=1 orders_cancelled_auto=2 orders_count=120 | 0.025 | 3 / 120
prefulfilment_cancel_rate | orders_cancelled_seller=1 orders_count=80 | 0.0125 | 1 / 80
valid_tracking_rate | packages_tracked=95 packages_shipped=100 | 0.95 | 95 / 100
on_time_delivery_rate | deliveries_on_time=808046 deliveries_tracked=847987 | ~0.9529 | M4: the swapped fields give 95.29 %
unit_on_time_rate | delivery_units_on_time=9 delivery_units=10 | 0.9 | 9 / 10
invoice_defect_rate | invoices_missing=1 invoices_late=2 b2b_orders=60 | 0.05 | 3 / 60
local_return_warehouse_usage | units_returned_local=40 units_returned_eu=50 | 0.8 | 40 / 50
inventory_turnover_days | open.inventory_value_cost=100 close.inventory_value_cost=200 days=30 cogs=90 | 50 | 150 x 30 / 90
inventory_turnover_days | open.inventory_value_cost=- close.inventory_value_cost=200 days=30 cogs=90 | - | opening stock is not known
inventory_turns | open.inventory_value_cost=100 close.inventory_value_cost=200 cogs=900 | 6 | 900 / 150
days_of_supply | close.available_units=300 units_shipped=150 days=30 | 60 | 300 / (150 / 30)
days_of_supply | close.available_units=300 units_shipped=0 days=30 | - | nothing sold: no end in sight
fba_sell_through | units_shipped_90d=120 available_units_4pt=80 | 1.5 | M9: 120 / 80
ipi | ipi_value=512 | 512 | imported
in_stock_rate | sku_days_total=300 sku_days_out=15 | 0.95 | 285 / 300
stockout_rate | sku_days_total=300 sku_days_out=15 | 0.05 | 15 / 300
replenishment_on_time_rate | replenish_on_time=19 replenish_due=20 | 0.95 | 19 / 20
inbound_on_time_rate | po_lines_on_time=9 po_lines_due=10 | 0.9 | 9 / 10
price_variance | po_value_actual=950 po_value_standard=1000 | -0.05 | 50 below the standard
qc_pass_rate | po_units_passed=98 po_units_checked=100 | 0.98 | 98 / 100
epr_completion_rate | epr_valid=7 epr_required=8 | 0.875 | 7 / 8
weee_paid_rate | weee_paid=3 weee_due=4 | 0.75 | 3 / 4
vat_filed_rate | vat_filed=3 vat_due=4 | 0.75 | 3 / 4
vat_on_time_rate | vat_on_time=2 vat_due=4 | 0.5 | 2 / 4
vat_on_time_rate | vat_on_time=0 vat_due=0 | - | nothing was due
ce_check_rate | ce_checks_done=5 ce_checks_planned=8 | 0.625 | 5 / 8
ce_valid_rate | ce_valid=15 ce_required=16 | 0.9375 | 15 / 16
gdpr_on_time_rate | gdpr_on_time=1 gdpr_due=2 | 0.5 | 1 / 2
ftc_check_rate | ftc_passed=3 ftc_planned=4 | 0.75 | 3 / 4
compliance_task_rate | tasks_compliance_on_time=4 tasks_compliance_due=5 | 0.8 | 4 / 5
policy_violations | violations=0 | 0 | a known zero
statutory_deadline_missed | statutory_missed=1 | 1 | the value itself
listings_removed_compliance | listings_removed_policy=2 | 2 | the value itself
task_on_time_rate | tasks_on_time=3 tasks_due=4 | 0.75 | 3 / 4
deliverable_on_time_rate | deliverables_on_time=1 deliverables_due=4 | 0.25 | 1 / 4
account_suspension | account_suspended=1 | 1 | suspended
unit_roi | gross_sales=50 discounts=0 returns_amount=0 cogs=12 inbound_freight=1 platform_fees=7.5 fulfilment_fees=6 storage_fees=0 payment_fees=0 ad_spend=5 return_costs=0 vat_amount=0 overhead=0 | ~1.5417 | M20: 18.5 / 12 = 154.17 %
unit_roi | gross_sales=50 discounts=0 returns_amount=0 cogs=0 inbound_freight=1 platform_fees=7.5 fulfilment_fees=6 storage_fees=0 payment_fees=0 ad_spend=5 return_costs=0 vat_amount=0 overhead=0 | - | no cost to divide by
market_roi | gross_sales=100 discounts=0 returns_amount=0 cogs=30 platform_fees=15 fulfilment_fees=12 ad_spend=10 return_costs=3 market_cost=8 labour_cost=12 | 1.5 | 30 / 20
market_roi | gross_sales=100 discounts=0 returns_amount=0 cogs=30 platform_fees=15 fulfilment_fees=12 ad_spend=10 return_costs=3 market_cost=- labour_cost=12 | - | one of the two costs is not known
profit_per_head | gross_sales=100 discounts=0 returns_amount=0 cogs=30 platform_fees=15 fulfilment_fees=12 ad_spend=10 return_costs=3 headcount=2.5 | 12 | 30 / 2.5
fx_effect | net_sales_at_day_rates=1200000 gross_sales=1100000 discounts=0 returns_amount=0 | 100000 | M25: EUR 1,000,000 at 1.2 less at 1.1
fx_effect | net_sales_at_day_rates=- gross_sales=1100000 discounts=0 returns_amount=0 | - | a day's rate is missing
repeat_order_rate | returning_orders=30 orders_count=240 | 0.125 | 30 / 240
breakeven_acos | gross_sales=4000 discounts=0 returns_amount=0 cogs=1000 platform_fees=600 fulfilment_fees=300 return_costs=100 | 0.5 | 2000 / 4000
ad_visit_share | ad_visits=60 sessions=240 | 0.25 | 60 / 240
bsr_rank | bsr_position=1532 | 1532 | as printed
engaged_visit_rate | engaged_visits=150 sessions=240 | 0.625 | 150 / 240
fulfilment_lead_hours | fulfil_hours=180 fulfil_orders=8 | 22.5 | 180 / 8
late_dispatch_rate | orders_dispatched_late=3 orders_dispatched=80 | 0.0375 | 3 / 80
ebay_standard_metric | ebay_standard_value=0.0047 | 0.0047 | as printed
inbound_days_mean | inbound_receive_days=34 inbound_receive_count=8 | 4.25 | 34 / 8
claims_check_rate | claims_checks_passed=15 claims_checks_planned=16 | 0.9375 | 15 / 16
document_validity_rate | docs_valid=39 docs_required=40 | 0.975 | 39 / 40
finding_closure_days | finding_days=26 findings_closed=4 | 6.5 | 26 / 4
finding_closure_days | finding_days=0 findings_closed=0 | - | nothing was closed
review_meeting_rate | reviews_meetings_done=3 reviews_meetings_due=4 | 0.75 | 3 / 4
data_delivery_rate | data_files_on_time=7 data_files_due=8 | 0.875 | 7 / 8
stage_gate_rate | stage_gates_passed=2 stage_gates_due=4 | 0.5 | 2 / 4
project_step_rate | project_steps_done=5 project_steps_due=8 | 0.625 | 5 / 8
training_rate | trainings_done=3 trainings_due=4 | 0.75 | 3 / 4
sop_quiz_rate | quiz_points=45 quiz_points_max=50 | 0.9 | 45 / 50
mentor_rating | mentor_points=82 | 82 | as typed
bad_reviews_per_day | reviews_negative=12 days=30 | 0.4 | 12 / 30
"""


@dataclass(frozen=True, slots=True)
class MetricCase:
    """One worked case."""

    metric: str
    how: str
    result: float | None
    values: dict[str, float | None] = field(default_factory=dict)
    openings: dict[str, float | None] = field(default_factory=dict)
    closings: dict[str, float | None] = field(default_factory=dict)
    by_day: list[dict[str, float | None]] | None = None
    days: float | None = None
    within: float = 1e-12  # half a unit of the last printed digit where the source rounds


def _number(text: str) -> float | None:
    return None if text == "-" else float(text.removeprefix("~"))


def _within(text: str) -> float:
    if not text.startswith("~"):
        return 1e-12
    return 0.5 * 10.0 ** -len(text.partition(".")[2])


def _table(text: str) -> dict[str, float | None]:
    pairs = (pair.split("=") for pair in text.split())
    return {name: _number(value) for name, value in pairs}


def case_of(line: str) -> MetricCase:
    """A case from its line."""
    metric, given, result, how = (part.strip() for part in line.split(" | "))
    if given.startswith("each "):
        by_day = [_table(day) for day in given.removeprefix("each ").split(";")]
        return MetricCase(metric, how, _number(result), by_day=by_day, within=_within(result))
    table = _table(given)
    days = table.pop("days", None)
    openings = {n.removeprefix("open."): v for n, v in table.items() if n.startswith("open.")}
    closings = {n.removeprefix("close."): v for n, v in table.items() if n.startswith("close.")}
    values = {n: v for n, v in table.items() if "." not in n}
    return MetricCase(
        metric, how, _number(result), values, openings, closings, None, days, _within(result)
    )


METRIC_CASES: tuple[MetricCase, ...] = tuple(case_of(line) for line in LINES.strip().splitlines())
