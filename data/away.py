"""Which errors pass by themselves: the database did not answer, and may the next time."""

from __future__ import annotations

import sqlite3
from typing import Final

from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree

_KINDS: Final = (DatabaseError, InterfaceError, OperationalError)


def is_away(error: BaseException) -> bool:
    """Whether an error says that the database did not answer: it stopped, was cut off, is busy or took too long.

    False for what a statement got wrong, which no second try mends: that is a fault of the program.
    """
    if isinstance(error, NoneFree):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    # Their other subclasses are about the statement, and so is SQLite's plain code.
    code = getattr(error.orig, "sqlite_errorcode", None)
    return type(error) in _KINDS and code != sqlite3.SQLITE_ERROR
