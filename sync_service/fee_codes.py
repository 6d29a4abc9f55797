"""What Amazon's names of charges mean for our measures, in finances and settlements alike.

A charge is found by its own name or by a name above it in the breakdown: a leaf called `Base` below
`Commission` is commission. Names are compared without spaces, hyphens and
case. The dictionary is incomplete by nature: an unknown name is a warning and goes into no measure.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import Final


class Charge(StrEnum):
    """What a leaf of the breakdown is."""

    PRINCIPAL = "principal"  # price of the goods
    EXTRA = "extra"  # tax, shipping, gift wrap, promotions: with the principal in a refund
    PLATFORM = "platform_fees"
    FULFILMENT = "fulfilment_fees"
    STORAGE = "storage_fees"
    RETURNS = "return_costs"
    OTHER = "other"  # known, and in none of our measures: reserves, reimbursements, loans, ads


# A bar stands for a space inside a name.
_NAMES: Final = {
    Charge.PRINCIPAL: "Principal OurPricePrincipal ProductCharges ItemPrice",
    Charge.EXTRA: """
        Tax OurPriceTax ShippingPrincipal ShippingTax Shipping ShippingCharge ShippingCharges
        GiftWrap GiftWrapTax GiftwrapCharges Promotion Promotions PromotionRebates PromoRebates
        ShippingDiscount PromotionDiscount Discount Goodwill MarketplaceFacilitatorVAT-Principal
        MarketplaceFacilitatorVAT-Shipping MarketplaceFacilitatorTax-Principal
        MarketplaceFacilitatorTax-Shipping MarketplaceFacilitatorTax MarketplaceWithheldTax
        TaxWithheld Sales""",
    Charge.PLATFORM: """
        Commission ReferralFee DigitalServicesFee FixedClosingFee VariableClosingFee PerItemFee
        ShippingChargeback ShippingHB GiftwrapChargeback SalesTaxServiceFee Subscription|Fee
        Subscription VineFee LightningDealFee|Special LightningDealFee CouponRedemptionFee
        NonSubscriptionFeeAdj
        Manual|Processing|Fee Manual|Processing|Fee|Reimbursement HighVolumeListingFee""",
    Charge.FULFILMENT: """
        FBAPerOrderFulfillmentFee FBAPerUnitFulfillmentFee FBAWeightBasedFee FBATransportationFee
        FBAInboundTransportationFee FBAInboundPlacementServiceFee FBAPickAndPackFee
        FBAWeightHandlingFee FBAOrderHandlingFee LowInventoryLevelFee FuelSurcharge
        Multi-Channel|Fulfillment|Brand-Neutral|Box|Fee Shipping|label|purchase ShippingServices
        ShippingServicesRefund Shipment-Fees FBAFulfillmentFee""",
    Charge.STORAGE: """
        Storage|Fee FBAStorageFee StorageRenewalBilling FBALongTermStorageFee LongTermStorageFee
        AgedInventorySurcharge StorageOverageFee FBAStorageBilling""",
    Charge.RETURNS: """
        RefundCommission RefundAdministrationFee FBACustomerReturnPerOrderFee
        FBACustomerReturnPerUnitFee FBACustomerReturnWeightBasedFee ReturnShipping
        ReturnPostageBilling RestockingFee RemovalComplete DisposalComplete
        FBARemovalFee FBADisposalFee CustomerReturnHRRUnitFee ReturnProcessingFee""",
    Charge.OTHER: """
        Additional|Other|Expenses Adjustment Amazon|Capital|Services Balance|Adjustment
        CS_ERROR_ITEMS Current|Reserve|Amount Failed|Disbursement Merchant|Bad|Debt
        FBA|Inventory|Reimbursement|-|Customer|Return INCORRECT_FEES_ITEMS
        INCORRECT_FEES_NON_ITEMIZED MISSING_FROM_INBOUND MULTICHANNEL_ORDER_DAMAGED
        MULTICHANNEL_ORDER_LATE MULTICHANNEL_ORDER_LOST Previous|Reserve|Amount|Balance
        Refund|Reimbursal REMOVAL_ORDER_DAMAGED REVERSAL_REIMBURSEMENT TransactionTotalAmount
        WAREHOUSE_DAMAGE WAREHOUSE_DAMAGE_EXCEPTION WAREHOUSE_LOST ProductAdsPayment
        CostOfAdvertising Transfer Disbursement Debt DebtRecovery Reimbursements
        COMPENSATED_CLAWBACK FREE_REPLACEMENT_REFUND_ITEMS Reserve""",
}
COSTS: Final = frozenset({Charge.PLATFORM, Charge.FULFILMENT, Charge.STORAGE, Charge.RETURNS})


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


CHARGES: Final[dict[str, Charge]] = {
    _plain(name): charge for charge, names in _NAMES.items() for name in names.split()
}


@lru_cache(maxsize=4096)  # a month of transactions repeats a few dozen paths
def charge_of(path: tuple[str, ...]) -> Charge | None:
    """What a leaf is; None is unknown.

    A cost anywhere on the way up decides (`Tax` below `Commission` is commission), else the known
    name that is nearest to the leaf.
    """
    found = [CHARGES[_plain(name)] for name in reversed(path) if _plain(name) in CHARGES]
    return next((charge for charge in found if charge in COSTS), found[0] if found else None)
