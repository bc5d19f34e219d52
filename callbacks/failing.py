"""What a page says when one of its callbacks cannot be answered: a line for whoever reads it, the rest for the log."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from dash import set_props

from data.away import is_away
from data.words import word
from layouts.parts import header

_log = logging.getLogger(__name__)


def _not_refused(_error: Exception) -> None:
    return None


def failing(
    tell: Callable[[str], None],
    says: str = "problem.failed",
    refusal: Callable[[Exception], str | None] = _not_refused,
) -> Callable[[Exception], None]:
    """What a callback does with an error: `tell` puts a sentence on the page.

    It is the `refusal`, where the error is one; that the database does not answer; or the one that `says` names, for a
    fault of the program, of which the log has the trace.
    """

    def failed(error: Exception) -> None:
        refused = refusal(error)
        if refused is not None:
            tell(refused)
        elif is_away(error):
            _log.warning("A callback was not answered, the database did not answer: %s", type(error).__name__)
            tell(word("access.away"))
        else:
            _log.error("A callback failed.", exc_info=error)
            tell(word(says))

    return failed


def told_in(place: str, put: Callable[[str], Any]) -> Callable[[str], None]:
    """Puts sentences into the component with the id `place`, each as `put` draws it."""
    return lambda told: set_props(place, {"children": put(told)})


def noticed_in(place: str) -> Callable[[Exception], None]:
    """What the callbacks of a page do with an error whose notices stand in the component with the id `place`."""
    return failing(told_in(place, lambda told: header.notices([told])))
