"""Flags that definition cards promise: what must be said beside a value that is not what it seems.

A share is clipped where the platform attributes more than was sold, ACoS is unknown where money was
spent for nothing, and a part above its whole is a fault of the source.
"""

from __future__ import annotations

from collections.abc import Mapping

from kpi.actuals import Actual
from kpi.model import Texts

FLAGS: Mapping[str, Texts] = {
    "spend_unattributed": {
        "zh": "有广告花费而无归因销售，为未知",
        "en": "ad spend without attributed sales: unknown",
    },
    "share_capped": {
        "zh": "归因销售额达到或超过净销售额，按 1 计",
        "en": "attributed sales reach or exceed net sales: counted as 1",
    },
    "share_floored": {
        "zh": "归因销售额达到或超过净销售额，自然占比按 0 计",
        "en": "attributed sales reach or exceed net sales: the organic share is counted as 0",
    },
    "part_above_whole": {
        "zh": "分子大于分母，来源数据自相矛盾",
        "en": "the numerator exceeds the denominator: the source contradicts itself",
    },
}
PARTS = frozenset(  # KPIs whose numerator is counted among their denominator
    (
        *("repeat_order_rate", "ctr", "ad_visit_share", "buy_box_share", "engaged_visit_rate"),
        *("negative_review_rate", "negative_feedback_rate", "order_defect_rate"),
        *("bad_review_handling_rate", "csat", "csat_scaled", "response_24h_rate"),
        *("returns_handling_rate", "late_shipment_rate", "shopee_late_shipment_rate"),
        *("late_dispatch_rate", "fast_dispatch_rate", "seller_fault_cancel_rate"),
        *("prefulfilment_cancel_rate", "valid_tracking_rate", "on_time_delivery_rate"),
        *("unit_on_time_rate", "local_return_warehouse_usage", "stockout_rate"),
        *("replenishment_on_time_rate", "inbound_on_time_rate", "qc_pass_rate"),
        *("epr_completion_rate", "weee_paid_rate", "vat_filed_rate", "vat_on_time_rate"),
        *("ce_check_rate", "ce_valid_rate", "gdpr_on_time_rate", "ftc_check_rate"),
        *("claims_check_rate", "compliance_task_rate", "document_validity_rate"),
        *("task_on_time_rate", "review_meeting_rate", "deliverable_on_time_rate"),
        *("data_delivery_rate", "stage_gate_rate", "project_step_rate", "training_rate"),
        "sop_quiz_rate",
    )
)


def flag_of(actual: Actual) -> str | None:
    """The code of what must be said beside a value; None where nothing must."""
    above, below = actual.numerator, actual.denominator
    if above is None or below is None:
        return None
    if actual.metric == "acos":
        return "spend_unattributed" if above > 0 and below == 0 else None
    if not below:
        return None
    if actual.metric == "ad_sales_share":
        return "share_capped" if above == below else None
    if actual.metric == "organic_sales_share":
        return "share_floored" if above == 0 else None
    return "part_above_whole" if actual.metric in PARTS and above > below else None
