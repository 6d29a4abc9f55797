"""The lines of a plain sum, such as sales less cost less fees."""

from __future__ import annotations

from kpi.syntax import Chain, Expression, Name, Negate, Node


def terms(expression: Expression) -> tuple[tuple[str, int], ...]:
    """The names of a plain sum with their signs; nothing where it is no plain sum."""
    root = expression.root
    if not isinstance(root, Chain) or not root.adds:
        return ()
    found = [_term(root.first, 1), *(_term(n, 1 if s == "+" else -1) for s, n in root.rest)]
    known = [one for one in found if one is not None]
    return tuple(known) if len(known) == len(found) else ()


def _term(node: Node, sign: int) -> tuple[str, int] | None:
    match node:
        case Name():
            return node.code, sign
        case Negate(operand=Name() as inner):
            return inner.code, -sign
    return None
