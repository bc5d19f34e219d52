"""A page of a browser that nobody listens to but when something is asked of it.

Playwright keeps the answers to all requests of its own pages in their renderers, up to some hundred megabytes: the
memory of such a page is not that of what it shows.
"""

from __future__ import annotations

import json
import time
from typing import Any, Final

from playwright.sync_api import Browser

Answer = dict[str, Any]

PATIENCE_SECONDS: Final = 120.0


class PageError(Exception):
    """The page could not do what was asked."""


class BarePage:
    """A page in a context of its own, of so many pixels, with nothing remembered."""

    def __init__(self, browser: Browser, width: int, height: int) -> None:
        self.problems: list[str] = []
        self._browser = browser.new_browser_cdp_session()
        self._browser.on("Target.receivedMessageFromTarget", self._heard)
        self._answers: dict[int, Answer] = {}
        self._asked = 0
        context = self._browser.send("Target.createBrowserContext")["browserContextId"]
        self._target = self._browser.send(
            "Target.createTarget", {"url": "about:blank", "browserContextId": context}
        )["targetId"]
        self._session = self._browser.send(
            "Target.attachToTarget", {"targetId": self._target, "flatten": False}
        )["sessionId"]
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.send("Emulation.setDeviceMetricsOverride", size)
        for domain in ("Page", "Runtime", "Log"):
            self.send(f"{domain}.enable")

    def send(self, method: str, given: Answer | None = None) -> Answer:
        """What the page's side of the protocol answers. Raises PageError."""
        self._asked += 1
        number = self._asked
        message = json.dumps({"id": number, "method": method, "params": given or {}})
        self._browser.send("Target.sendMessageToTarget", {"sessionId": self._session, "message": message})
        deadline = time.monotonic() + PATIENCE_SECONDS
        while number not in self._answers:
            if time.monotonic() > deadline:
                raise PageError(f"{method}: no answer within {PATIENCE_SECONDS:.0f} s")
            self._listen()
        answer = self._answers.pop(number)
        if "error" in answer:
            raise PageError(f"{method}: {answer['error']['message']}")
        result: Answer = answer["result"]
        return result

    def goto(self, address: str) -> None:
        """Leads the page to an address; it is not waited for."""
        self.send("Page.navigate", {"url": address})

    def evaluate(self, expression: str) -> Any:
        """The value of an expression of JavaScript."""
        answer = self.send("Runtime.evaluate", {"expression": expression, "returnByValue": True})
        if "exceptionDetails" in answer:
            raise PageError(f"{expression[:80]}: {answer['exceptionDetails']['text']}")
        return answer["result"].get("value")

    def wait_until(self, expression: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Waits until an expression is true."""
        deadline = time.monotonic() + seconds
        while not self.evaluate(expression):
            if time.monotonic() > deadline:
                raise PageError(f"expected {expression} within {seconds:.0f} s")
            self.wait(0.2)

    def wait(self, seconds: float) -> None:
        """Lets time pass, and hears what the page complains of."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            time.sleep(min(left, 0.5))
            self._listen()

    def close(self) -> None:
        """Closes the page."""
        self._browser.send("Target.closeTarget", {"targetId": self._target})
        self._browser.detach()

    def _listen(self) -> None:
        # Events are handed out while something else is asked.
        self._browser.send("Browser.getVersion")

    def _heard(self, event: Answer) -> None:
        message = json.loads(event["message"])
        given = message.get("params", {})
        if "id" in message:
            self._answers[message["id"]] = message
        elif message["method"] == "Runtime.exceptionThrown":
            details = given["exceptionDetails"]
            self.problems.append(
                f"uncaught: {details.get('exception', {}).get('description', details['text'])}"
            )
        elif message["method"] == "Runtime.consoleAPICalled" and given["type"] in ("error", "assert"):
            self.problems.append(f"console: {[one.get('value') for one in given['args']]}")
        elif message["method"] == "Log.entryAdded" and given["entry"]["level"] == "error":
            self.problems.append(f"log: {given['entry']['text']} {given['entry'].get('url', '')}")
