"""What no log keeps: phone numbers and identity cards of citizens, passwords, tokens and cookies.

Records are made quiet as they are made, whatever logger and handler they go through, tracebacks included.
"""

from __future__ import annotations

import logging
import re
import traceback
from typing import Any, Final

from data.masking import numbers_masked
from data.settings import HIDDEN

_URL: Final = re.compile(r"(\w+://[^\s:/@]*:)\S*@")
_NAMED: Final = re.compile(
    r"(?i)((?:pass(?:word|wd|phrase)?|pwd|secret|token|authorization|cookie|session(?:_id)?|otp|totp|api[_-]?key|"
    r"client_secret|csrf)[\w\-]*[\"']?\s*(?:=|:|=>)\s*(?:[bu](?=[\"']))?[\"']?(?:bearer\s+|basic\s+)?)([^\s\"'&;,)}\]]+)"
)
_BEARER: Final = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/\-]{8,}=*")


def quiet(text: str) -> str:
    """The text without secrets, phone numbers and identity cards."""
    text = _URL.sub(rf"\1{HIDDEN}@", text)
    text = _NAMED.sub(rf"\1{HIDDEN}", text)
    return numbers_masked(_BEARER.sub(rf"\1 {HIDDEN}", text))


def install() -> None:
    """Makes every record of this process quiet from here on; a second time changes nothing."""
    made = logging.getLogRecordFactory()
    if not isinstance(made, _Quietly):
        logging.setLogRecordFactory(_Quietly(made))


class _Quietly:
    def __init__(self, make: Any) -> None:
        self.make = make

    def __call__(self, *args: Any, **more: Any) -> logging.LogRecord:
        record: logging.LogRecord = self.make(*args, **more)
        try:
            record.msg, record.args = quiet(record.getMessage()), None
        except (TypeError, ValueError):
            # A record that cannot be told apart from its arguments: logging says so itself.
            return record
        if record.exc_info and record.exc_info[0] is not None:
            # A formatter takes the text that stands there and makes none of its own.
            record.exc_text = quiet("".join(traceback.format_exception(*record.exc_info)).rstrip("\n"))
        return record
