"""The GraphQL texts of the Shopify connector, version 2026-10; tests hold each against the schema.

No field of a buyer is ever selected: no customer, address, e-mail, phone, note or custom attribute.
Bulk queries may not hold a connection inside a list, so lines of refunds and of split fulfilments
are asked for by their ids afterwards. `cost` is what Shopify reserves for a query at most.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

VERSION: Final = "2026-10"


@dataclass(frozen=True, slots=True)
class Query:
    """One text, and the points that Shopify may reserve for it."""

    text: str
    cost: float


MONEY: Final = "{ shopMoney { amount currencyCode } }"
PAGE: Final = "pageInfo { hasNextPage endCursor }"
LINE: Final = f"""id sku quantity
        originalTotalSet {MONEY}
        discountAllocations {{ allocatedAmountSet {MONEY} }}"""
PARCELS: Final = "fulfillments { id createdAt status totalQuantity }"
ORDER: Final = f"""id createdAt test
      totalDiscountsSet {MONEY}
      {PARCELS}"""
RETURN: Final = "id status createdAt"
RETURN_LINE: Final = """... on ReturnLineItem {
          id quantity fulfillmentLineItem { id lineItem { sku } } }"""
REFUNDS: Final = f"""id test createdAt subtotalLineItemsQuantity
      refunds {{ id createdAt totalRefundedSet {MONEY} }}
      {PARCELS}"""

SHOP: Final = Query(
    "query Shop { shop { ianaTimezone currencyCode myshopifyDomain } }",
    2,
)
BULK_RUN: Final = Query(
    """mutation BulkRun($query: String!) {
  bulkOperationRunQuery(query: $query) {
    bulkOperation { id status }
    userErrors { field message code }
  }
}""",
    10,
)
BULK_POLL: Final = Query(
    """query BulkPoll($id: ID!) {
  bulkOperation(id: $id) { id status errorCode objectCount url }
}""",
    2,
)
ORDERS: Final = Query(
    f"""query Orders($after: String, $query: String!) {{
  orders(first: 10, after: $after, query: $query, sortKey: UPDATED_AT) {{
    {PAGE}
    nodes {{
      {ORDER}
      lineItems(first: 10) {{
        {PAGE}
        nodes {{ {LINE} }}
      }}
    }}
  }}
}}""",
    900,
)
ORDER_LINES: Final = Query(
    f"""query OrderLines($id: ID!, $after: String) {{
  order(id: $id) {{
    lineItems(first: 100, after: $after) {{
      {PAGE}
      nodes {{ {LINE} }}
    }}
  }}
}}""",
    700,
)
FULFILMENTS: Final = Query(
    f"""query FulfilmentLines($ids: [ID!]!) {{
  nodes(ids: $ids) {{
    ... on Fulfillment {{
      id
      fulfillmentLineItems(first: 50) {{
        {PAGE}
        nodes {{ id quantity lineItem {{ id sku }} }}
      }}
    }}
  }}
}}""",
    900,
)
FULFILMENT_LINES: Final = Query(
    f"""query FulfilmentMore($id: ID!, $after: String) {{
  node(id: $id) {{
    ... on Fulfillment {{
      fulfillmentLineItems(first: 100, after: $after) {{
        {PAGE}
        nodes {{ id quantity lineItem {{ id sku }} }}
      }}
    }}
  }}
}}""",
    210,
)
REFUNDED_ORDERS: Final = Query(
    f"""query RefundedOrders($after: String, $query: String!) {{
  orders(first: 10, after: $after, query: $query, sortKey: UPDATED_AT) {{
    {PAGE}
    nodes {{
      {REFUNDS}
      returns(first: 5) {{
        {PAGE}
        nodes {{
          {RETURN}
          returnLineItems(first: 10) {{
            {PAGE}
            nodes {{ {RETURN_LINE} }}
          }}
        }}
      }}
    }}
  }}
}}""",
    900,
)
RETURNS_MORE: Final = Query(
    f"""query ReturnsMore($id: ID!, $after: String) {{
  order(id: $id) {{
    returns(first: 20, after: $after) {{
      {PAGE}
      nodes {{
        {RETURN}
        returnLineItems(first: 10) {{
          {PAGE}
          nodes {{ {RETURN_LINE} }}
        }}
      }}
    }}
  }}
}}""",
    700,
)
RETURN_LINES: Final = Query(
    f"""query ReturnLines($id: ID!, $after: String) {{
  return(id: $id) {{
    returnLineItems(first: 100, after: $after) {{
      {PAGE}
      nodes {{ {RETURN_LINE} }}
    }}
  }}
}}""",
    310,
)
REFUND_LINES: Final = Query(
    f"""query RefundLines($ids: [ID!]!) {{
  nodes(ids: $ids) {{
    ... on Refund {{
      id
      refundLineItems(first: 20) {{
        {PAGE}
        nodes {{ quantity restockType subtotalSet {MONEY} lineItem {{ id sku }} }}
      }}
    }}
  }}
}}""",
    900,
)
REFUND_MORE: Final = Query(
    f"""query RefundMore($id: ID!, $after: String) {{
  node(id: $id) {{
    ... on Refund {{
      refundLineItems(first: 100, after: $after) {{
        {PAGE}
        nodes {{ quantity restockType subtotalSet {MONEY} lineItem {{ id sku }} }}
      }}
    }}
  }}
}}""",
    410,
)
STOCK: Final = Query(
    f"""query Stock($after: String) {{
  inventoryItems(first: 20, after: $after) {{
    {PAGE}
    nodes {{
      id sku tracked
      inventoryLevels(first: 10) {{
        {PAGE}
        nodes {{ quantities(names: ["available", "incoming"]) {{ name quantity }} }}
      }}
    }}
  }}
}}""",
    900,
)
STOCK_LEVELS: Final = Query(
    f"""query StockLevels($id: ID!, $after: String) {{
  inventoryItem(id: $id) {{
    inventoryLevels(first: 100, after: $after) {{
      {PAGE}
      nodes {{ quantities(names: ["available", "incoming"]) {{ name quantity }} }}
    }}
  }}
}}""",
    310,
)
PRODUCTS: Final = Query(
    f"""query Products($after: String, $query: String!) {{
  products(first: 100, after: $after, query: $query, sortKey: PUBLISHED_AT) {{
    {PAGE}
    nodes {{ id publishedAt }}
  }}
}}""",
    102,
)
SESSIONS: Final = Query(
    """query Sessions($query: String!) {
  shopifyqlQuery(query: $query) {
    tableData { columns { name dataType } rows }
    parseErrors
  }
}""",
    10,
)
TRANSACTION: Final = """id type test transactionDate
        amount { amount currencyCode }
        fee { amount currencyCode }"""
HAS_PAYMENTS: Final = Query("query HasPayments { shopifyPaymentsAccount { id } }", 2)
BALANCE: Final = Query(
    f"""query BalanceTransactions($after: String, $query: String!) {{
  shopifyPaymentsAccount {{
    balanceTransactions(
      first: 100, after: $after, query: $query, sortKey: PROCESSED_AT, hideTransfers: true
    ) {{
      {PAGE}
      nodes {{ {TRANSACTION} }}
    }}
  }}
}}""",
    402,
)


def bulk_orders(search: str) -> str:
    """The bulk query of orders with their lines."""
    return f"""{{
  orders(query: "{search}") {{
    edges {{
      node {{
        {ORDER}
        lineItems {{ edges {{ node {{ {LINE} }} }} }}
      }}
    }}
  }}
}}"""


def bulk_refunds(search: str) -> str:
    """The bulk query of orders with their refunds and returns."""
    return f"""{{
  orders(query: "{search}") {{
    edges {{
      node {{
        {REFUNDS}
        returns {{
          edges {{
            node {{
              {RETURN}
              returnLineItems {{ edges {{ node {{ {RETURN_LINE} }} }} }}
            }}
          }}
        }}
      }}
    }}
  }}
}}"""


def bulk_balance(search: str) -> str:
    """The bulk query of the transactions of Shopify Payments."""
    return f"""{{
  shopifyPaymentsAccount {{
    balanceTransactions(query: "{search}", hideTransfers: true) {{
      edges {{ node {{ {TRANSACTION} }} }}
    }}
  }}
}}"""


def touched(start: str, end: str) -> str:
    """Orders with an event in a window: changed since its start, created before its end."""
    return f"updated_at:>='{start}' AND created_at:<'{end}'"


def sessions_text(first: str, last: str) -> str:
    """ShopifyQL: visits by day, both days included."""
    return f"FROM sessions SHOW sessions GROUP BY day SINCE {first} UNTIL {last} ORDER BY day"


def sales_text(first: str, last: str) -> str:
    """ShopifyQL: the store's own gross sales by day, to be compared with the orders."""
    return f"FROM sales SHOW gross_sales GROUP BY day SINCE {first} UNTIL {last} ORDER BY day"


ALL: Final = {name: value for name, value in globals().items() if isinstance(value, Query)}
"""Every query by its constant's name, for the tests."""
