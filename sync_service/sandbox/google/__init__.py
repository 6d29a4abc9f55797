"""A stand-in of Google Sheets v4, of the Drive v3 calls in use and of the token endpoint."""

from __future__ import annotations
