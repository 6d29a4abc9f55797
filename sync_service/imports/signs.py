"""Full-width signs as half-width ones, and nothing else.

Unicode's own normal form would also turn `5²` into 52 and `½` into 1⁄2: numbers that nobody wrote.
"""

from __future__ import annotations

_HALF = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    **{ord(wide): ord(half) for wide, half in zip("￥￡￠−　", "¥£¢- ", strict=True)},
}


def half_width(text: str) -> str:
    """The text with half-width digits, letters and signs."""
    return text.translate(_HALF)
