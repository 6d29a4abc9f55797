"""Sums leave DuckDB as 128-bit integers or decimals; here they become int64, or an error."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def exact(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Give whole numbers or scaled decimals as int64, the scale aside.

    Raises:
        OverflowError: A sum does not fit; the facts behind it must be wrong.
    """
    array = column.combine_chunks()
    if not pa.types.is_decimal(array.type):
        whole: NDArray[np.int64] = array.cast(pa.int64()).to_numpy(zero_copy_only=False)
        return whole
    halves = np.frombuffer(array.buffers()[1], np.int64).reshape(-1, 2)
    halves = halves[array.offset : array.offset + len(array)]
    if (halves[:, 1] != halves[:, 0] >> 63).any():
        message = "A sum of facts does not fit 64 bits; a fact of that period must be wrong."
        raise OverflowError(message)
    return halves[:, 0].copy()
