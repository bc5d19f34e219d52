"""The first store: new stores are made whole by data/store.py and stamped with the newest revision."""

from __future__ import annotations

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Nothing stands before the first store."""
