"""A month's bulletin in words."""

from __future__ import annotations

from reports.content.parts import Content, Month
from reports.document import Part


def month_parts(content: Content, month: Month) -> tuple[Part, ...]:
    """The sections that the plan asks for, in order, each under its number."""
    return ()
