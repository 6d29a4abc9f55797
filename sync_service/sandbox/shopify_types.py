"""The part of Shopify's Admin schema 2026-10 that the sandbox serves.

It maps type -> field -> type of its value. A field that is not here is refused. Protected customer
data are left out on purpose: a query that asks for them fails here before it could fail a review.
A test holds this table against the official schema.
"""

from __future__ import annotations

from collections.abc import Mapping

_TEXT = """
QueryRoot: shop:Shop orders:OrderConnection order:Order products:ProductConnection
  node:Node nodes:Node return:Return refund:Refund inventoryItem:InventoryItem
  productVariants:ProductVariantConnection inventoryItems:InventoryItemConnection
  locations:LocationConnection shopifyPaymentsAccount:ShopifyPaymentsAccount
  shopifyqlQuery:ShopifyqlQueryResponse bulkOperation:BulkOperation
  currentBulkOperation:BulkOperation
Node: id
Mutation: bulkOperationRunQuery:BulkOperationRunQueryPayload
  bulkOperationCancel:BulkOperationCancelPayload
BulkOperationRunQueryPayload: bulkOperation:BulkOperation userErrors:BulkOperationUserError
BulkOperationCancelPayload: bulkOperation:BulkOperation userErrors:UserError
BulkOperationUserError: code field message
UserError: field message
BulkOperation: completedAt createdAt errorCode fileSize id objectCount partialDataUrl query
  rootObjectCount status type url
Shop: id name ianaTimezone currencyCode myshopifyDomain taxesIncluded
PageInfo: endCursor hasNextPage hasPreviousPage startCursor
MoneyBag: shopMoney:MoneyV2 presentmentMoney:MoneyV2
MoneyV2: amount currencyCode
Order: id name createdAt processedAt updatedAt cancelledAt currencyCode taxesIncluded test
  displayFinancialStatus displayFulfillmentStatus subtotalLineItemsQuantity
  totalPriceSet:MoneyBag subtotalPriceSet:MoneyBag totalRefundedSet:MoneyBag
  totalDiscountsSet:MoneyBag totalTaxSet:MoneyBag totalShippingPriceSet:MoneyBag
  refunds:Refund returns:ReturnConnection fulfillments:Fulfillment lineItems:LineItemConnection
LineItem: id sku quantity currentQuantity title name originalTotalSet:MoneyBag
  originalUnitPriceSet:MoneyBag discountedTotalSet:MoneyBag totalDiscountSet:MoneyBag
  discountAllocations:DiscountAllocation variant:ProductVariant product:Product
DiscountAllocation: allocatedAmount:MoneyV2 allocatedAmountSet:MoneyBag
Refund: id createdAt processedAt updatedAt totalRefundedSet:MoneyBag return:Return
  refundLineItems:RefundLineItemConnection refundShippingLines:RefundShippingLineConnection
  orderAdjustments:OrderAdjustmentConnection
RefundLineItem: id quantity restockType restocked subtotalSet:MoneyBag totalTaxSet:MoneyBag
  priceSet:MoneyBag lineItem:LineItem
RefundShippingLine: id subtotalAmountSet:MoneyBag taxAmountSet:MoneyBag
OrderAdjustment: id reason amountSet:MoneyBag taxAmountSet:MoneyBag
Return: id name status createdAt closedAt requestApprovedAt totalQuantity
  returnLineItems:ReturnLineItemTypeConnection refunds:RefundConnection
ReturnLineItemType: id quantity refundedQuantity processedQuantity returnReason
ReturnLineItem: id quantity refundedQuantity processedQuantity returnReason
  fulfillmentLineItem:FulfillmentLineItem
Fulfillment: id createdAt updatedAt deliveredAt displayStatus status totalQuantity
  fulfillmentLineItems:FulfillmentLineItemConnection
FulfillmentLineItem: id quantity lineItem:LineItem
Product: id title createdAt publishedAt status productType handle
  variants:ProductVariantConnection
ProductVariant: id sku price title createdAt inventoryQuantity inventoryItem:InventoryItem
  product:Product
InventoryItem: id sku tracked createdAt unitCost:MoneyV2 variant:ProductVariant
  inventoryLevels:InventoryLevelConnection inventoryLevel:InventoryLevel
InventoryLevel: id updatedAt isActive location:Location quantities:InventoryQuantity
InventoryQuantity: id name quantity updatedAt
Location: id name isActive
ShopifyPaymentsAccount: id activated country defaultCurrency
  balanceTransactions:ShopifyPaymentsBalanceTransactionConnection
  payouts:ShopifyPaymentsPayoutConnection
ShopifyPaymentsBalanceTransaction: id type test transactionDate amount:MoneyV2 fee:MoneyV2
  net:MoneyV2
ShopifyPaymentsPayout: id issuedAt status net:MoneyV2 gross:MoneyV2
ShopifyqlQueryResponse: parseErrors tableData:ShopifyqlTableData
ShopifyqlTableData: rows columns:ShopifyqlTableDataColumn
ShopifyqlTableDataColumn: name dataType displayName
"""
LISTS = frozenset({"refunds", "fulfillments", "discountAllocations", "quantities"})


def _read(text: str) -> dict[str, dict[str, str]]:
    """The table, with a connection and an edge for each type that some field pages through."""
    types: dict[str, dict[str, str]] = {}
    name = ""
    for line in text.strip().splitlines():
        head, mark, rest = line.partition(": ")
        if mark and not line.startswith(" "):
            name = head
            types[name] = {}
        for word in (rest if mark and not line.startswith(" ") else line).split():
            key, _, kind = word.partition(":")
            types[name][key] = kind
    found = {kind for fields in types.values() for kind in fields.values()}
    for connection in sorted(kind for kind in found if kind.endswith("Connection")):
        node = connection.removesuffix("Connection")
        edge = f"{node}Edge"
        types[connection] = {"nodes": node, "edges": edge, "pageInfo": "PageInfo"}
        types[edge] = {"node": node, "cursor": ""}
    return types


TYPES: Mapping[str, Mapping[str, str]] = _read(_TEXT)
CONNECTIONS = frozenset(name for name in TYPES if name.endswith("Connection"))
