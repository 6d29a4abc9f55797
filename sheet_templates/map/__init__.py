"""The map's rooms: nouns, and the tables of each part of the book; readers import layout."""

from __future__ import annotations
