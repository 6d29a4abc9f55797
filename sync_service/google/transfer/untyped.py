"""What a library without types gives: openpyxl's objects, XlsxWriter's, nodes of lxml."""

from __future__ import annotations

from typing import Any

Untyped = Any
