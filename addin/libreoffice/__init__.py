"""What runs inside LibreOffice: the Python half of the functions, and the extension's start."""

from __future__ import annotations
