"""Hand-worked cases of every way to set the switches: KPI | switches | given | result | how.

`open.x` and `close.x` are stock at both ends, `days` the days of the window, `-` is unknown.
"""

# ruff: noqa: E501 - a case is one line

from __future__ import annotations

from tests.metric_cases import MetricCase, case_of

SOLD = "gross_sales=100 discounts=0 returns_amount=0 cogs=30 inbound_freight=8 platform_fees=15 fulfilment_fees=12 ad_spend=10 return_costs=3"
UNIT = "gross_sales=50 discounts=0 returns_amount=0 cogs=12 inbound_freight=1 platform_fees=7.5 fulfilment_fees=6 storage_fees=0 payment_fees=0 ad_spend=5 return_costs=0 vat_amount=2 overhead=1.5 cogs_restocked=4"
BACK = "gross_sales=5200 discounts=200 units_shipped=64 orders_count=50 units_returned=4 orders_returned=3 returns_amount=250 orders_shipped=40 sales_shipped=4000 units_returned_shipday=6 orders_returned_shipday=5 returns_amount_shipday=300"
STARS = "reviews_negative=4 reviews_three_star=2 reviews_total=40"
STOCK = "open.inventory_value_cost=100 close.inventory_value_cost=200 cogs=90 days=30"

LINES = f"""
gross_profit | freight out | {SOLD} | 70 | 100 - 30
gross_profit | freight in | {SOLD} | 62 | landed: 100 - 30 - 8
gross_profit | freight in | {SOLD.replace("inbound_freight=8", "inbound_freight=-")} | - | landed, and the freight is not known
gross_margin | freight out | {SOLD} | 0.7 | 70 / 100
gross_margin | freight in | {SOLD} | 0.62 | landed: 62 / 100
contribution_profit | level CM3 | {SOLD} | 30 | 100 - 30 - 15 - 12 - 10 - 3
contribution_profit | level CM2 | {SOLD} | 43 | 100 - 30 - 15 - 12
contribution_profit | level CM1 | {SOLD} | 70 | 100 - 30
contribution_profit | level CM1 | {SOLD.replace("ad_spend=10", "ad_spend=-")} | 70 | CM1 does not wait for the ad spend
contribution_margin | level CM3 | {SOLD} | 0.3 | 30 / 100
contribution_margin | level CM2 | {SOLD} | 0.43 | 43 / 100
contribution_margin | level CM1 | {SOLD} | 0.7 | 70 / 100
net_profit | commission in; VAT in; overhead in | {UNIT} | 15 | 50 - 12 - 1 - 7.5 - 6 - 5 - 2 - 1.5
net_profit | commission out | {UNIT} | 22.5 | 15 + 7.5
net_profit | VAT out | {UNIT} | 17 | 15 + 2
net_profit | overhead out | {UNIT} | 16.5 | 15 + 1.5
net_profit | commission out; VAT out | {UNIT} | 24.5 | 15 + 7.5 + 2
net_profit | commission out; overhead out | {UNIT} | 24 | 15 + 7.5 + 1.5
net_profit | VAT out; overhead out | {UNIT} | 18.5 | M20: 15 + 2 + 1.5
net_profit | commission out; VAT out; overhead out | {UNIT} | 26 | 15 + 7.5 + 2 + 1.5
net_profit | restocked in | {UNIT} | 19 | 15 + 4
net_profit | commission out; restocked in | {UNIT} | 26.5 | 22.5 + 4
net_profit | VAT out; restocked in | {UNIT} | 21 | 17 + 4
net_profit | overhead out; restocked in | {UNIT} | 20.5 | 16.5 + 4
net_profit | commission out; VAT out; restocked in | {UNIT} | 28.5 | 24.5 + 4
net_profit | commission out; overhead out; restocked in | {UNIT} | 28 | 24 + 4
net_profit | VAT out; overhead out; restocked in | {UNIT} | 22.5 | 18.5 + 4
net_profit | commission out; VAT out; overhead out; restocked in | {UNIT} | 30 | 26 + 4
net_profit | restocked in | {UNIT.replace("cogs_restocked=4", "cogs_restocked=-")} | - | what was restocked is not known
net_profit | overhead out | {UNIT.replace("overhead=1.5", "overhead=-")} | 16.5 | a line that is out may be missing
unit_roi | freight out | {UNIT} | 1.25 | 15 / 12
unit_roi | freight in | {UNIT.replace("cogs=12", "cogs=11")} | ~1.3333 | 16 / (11 + 1)
new_listings | variants out | listings_new_parent=3 listings_new_variant=12 | 3 | parents alone
new_listings | variants in | listings_new_parent=3 listings_new_variant=12 | 15 | 3 + 12
new_listings | variants in | listings_new_parent=3 listings_new_variant=- | - | nobody tells the variants
refund_rate | date refund day | units_refunded=3 units_refunded_orderday=6 units_ordered=48 | 0.0625 | 3 refunded in the period / 48
refund_rate | date order day | units_refunded=3 units_refunded_orderday=6 units_ordered=48 | 0.125 | 6 of the 48 ordered were refunded
refund_rate | date order day | units_refunded=3 units_refunded_orderday=- units_ordered=48 | - | refunds are not known by order, and the others do not stand in
return_rate | basis units; date return day | {BACK} | 0.0625 | 4 / 64
return_rate | basis orders; date return day | {BACK} | 0.06 | 3 / 50
return_rate | basis value; date return day | {BACK} | 0.05 | 250 / (5200 - 200)
return_rate | basis units; date ship day | {BACK} | 0.09375 | 6 / 64
return_rate | basis orders; date ship day | {BACK} | 0.125 | 5 / 40
return_rate | basis value; date ship day | {BACK} | 0.075 | 300 / 4000
return_rate | date ship day | {BACK.replace("units_returned_shipday=6", "units_returned_shipday=-")} | - | returns are not known by shipment
negative_review_count | stars 2 | {STARS} | 4 | 1-2 stars
negative_review_count | stars 3 | {STARS} | 6 | 4 + 2
negative_review_count | stars 3 | reviews_negative=4 reviews_three_star=- | - | 3-star reviews are not counted apart
negative_review_rate | stars 2 | {STARS} | 0.1 | 4 / 40
negative_review_rate | stars 3 | {STARS} | 0.15 | (4 + 2) / 40
bad_reviews_per_day | stars 2 | {STARS} days=30 | ~0.1333 | 4 / 30
bad_reviews_per_day | stars 3 | {STARS} days=30 | 0.2 | (4 + 2) / 30
fulfilment_lead_hours | stops in | fulfil_hours=180 fulfil_hours_stopped=60 fulfil_orders=8 | 22.5 | 180 / 8
fulfilment_lead_hours | stops out | fulfil_hours=180 fulfil_hours_stopped=60 fulfil_orders=8 | 15 | (180 - 60) / 8
fulfilment_lead_hours | stops out | fulfil_hours=180 fulfil_hours_stopped=- fulfil_orders=8 | - | nobody tells the hours of the stop
days_of_supply | inbound out | close.available_units=300 close.inbound_units=150 units_shipped=150 days=30 | 60 | 300 / (150 / 30)
days_of_supply | inbound in | close.available_units=300 close.inbound_units=150 units_shipped=150 days=30 | 90 | 450 / (150 / 30)
bsr_rank | days last | bsr_position=60 bsr_best=9 bsr_median=40 | 60 | as printed on the latest day
bsr_rank | days best | bsr_position=60 bsr_best=9 bsr_median=40 | 9 | best day
bsr_rank | days median | bsr_position=60 bsr_best=9 bsr_median=40 | 40 | median day
inventory_turns | annual no | {STOCK} | 0.6 | 90 / 150
inventory_turns | annual yes | {STOCK} | 7.3 | 90 x 365 / 30 / 150
"""

SwitchCase = tuple[str, MetricCase]


def _case(line: str) -> SwitchCase:
    kpi, text, given, result, how = line.split(" | ")
    return text, case_of(f"{kpi} | {given} | {result} | {text}: {how}")


SWITCH_CASES: tuple[SwitchCase, ...] = tuple(_case(one) for one in LINES.strip().splitlines())
