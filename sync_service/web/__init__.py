"""The service on loopback: API and pages."""

from __future__ import annotations
