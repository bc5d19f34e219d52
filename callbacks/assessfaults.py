"""What the page says where the assessment refused something: the sentence of the store in the viewer's language."""

from __future__ import annotations

import re
from typing import Final

from data.assessment.rules import KEYS
from data.words import word
from layouts.assesstext import named

_SENTENCES: Final = (
    ("refused", r"a role that may do this"),
    ("mark", r"expected a mark from 0 to 100 .*, found (['\"])(?P<found>.*)\1$"),
    ("reason", r"expected a reason, found none"),
    ("evidence", r"expected evidence.*, found none"),
    ("note", r"expected why it is decided so, found none"),
    ("long", r"of at most (?P<most>\d+) characters, found (?P<found>\d+)"),
    ("entered", r"dimensions that are entered \((?P<known>.*)\), found (['\"])(?P<found>.*)\2$"),
    ("grid", r"of a grid of your scope that is assessed, found (['\"])(?P<found>.*)\1: "),
    ("future", r"expected a month that has begun, found (?P<found>\S+?)(?::|$)"),
    ("frozen", r"expected a month that is not frozen, found (?P<found>[^,]+)"),
    ("month", r"expected a month such as .*, found (['\"])(?P<found>.*)\1$"),
    ("size", r"a file of at most (?P<most>\d+) MB, found (?P<found>\d+) MB"),
    ("columns", r"expected the columns (?P<known>.*) in the first row, found (?P<found>.*): "),
    ("rows", r"expected at most (?P<most>\d+) rows"),
    ("csv", r"expected a CSV file"),
    ("encoding", r"expected text in UTF-8"),
    ("pending", r"expected no open appeal"),
    ("author", r"expected somebody else to decide"),
    ("itself", r"expected somebody from above (?P<found>\S+) to give its mark"),
    ("own", r"expected somebody from above (?P<found>\S+) to decide"),
    ("decided", r"expected an appeal that is open, found (?P<found>\d+) decided by (?P<by>.*): "),
    ("changed", r"expected appeal (?P<found>\d+) to be open"),
    ("number", r"expected the number of an appeal, found (?P<found>\S+),"),
    ("score", r"with a frozen score in (?P<month>\S+), found (['\"])(?P<found>.*)\2: "),
    ("dimension", r"expected one of the dimensions .*, found (['\"])(?P<found>.*)\1$"),
    ("no_events", r"expected no events for (?P<dimension>\w+)"),
    ("events", r"expected the events that should not count in (?P<dimension>\w+)"),
    ("many", r"expected at most (?P<most>\d+) events, found (?P<found>\w+)"),
    ("uncounted", r"expected events that .* counted in .*, found (?P<found>.*): take"),
    ("unknown_events", r"expected numbers or keys of events of .*, found (?P<found>.*): take"),
    ("alone", r"expected the events of the appeal alone"),
    ("excused", r"expected from 0 to (?P<most>-?\d+) missed cases .*, found (?P<found>-?\d+)"),
    ("whole", r"expected a whole number of missed cases .*, found (['\"])(?P<found>.*)\1$"),
    ("nothing", r"expected what is corrected, found nothing"),
)
"""The key of each sentence, and what it looks like: the parts that it names go into the words."""


def fault_text(said: str) -> str:
    """The sentence in the viewer's language; one that is not known here stands as it was said."""
    for key, pattern in _SENTENCES:
        found = re.search(pattern, said, re.DOTALL)
        if found is not None:
            parts = {name: _shown(value) for name, value in found.groupdict().items()}
            return word("assess.refused" if key == "refused" else f"assess.fault_{key}").format(**parts)
    return word("assess.fault_other").format(said=said)


def _shown(value: str) -> str:
    """Dimensions by their names, whether alone or in a list; anything else as it was typed."""
    keys = value.split(", ")
    return word("assess.comma").join(map(named, keys)) if set(keys) <= set(KEYS) else value
