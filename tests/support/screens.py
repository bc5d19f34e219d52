"""The screens' callbacks without a browser: an app on fake reads, its callbacks asked one by one, and their answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import dash
from dash.development.base_component import Component
from flask.testing import FlaskClient

from callbacks import register_all
from tests.support.fakes import FakeCity


def app_of(fake: FakeCity) -> dash.Dash:
    """The app on fake reads."""
    app = dash.Dash("tests", assets_folder="assets", update_title="")
    register_all(app, fake.reads())
    return app


def components(node: Any) -> Iterator[Component]:
    """A component and all within it."""
    if isinstance(node, Component):
        yield node
        yield from components(getattr(node, "children", None))
    elif isinstance(node, list | tuple):
        for child in node:
            yield from components(child)


def callbacks_of(client: FlaskClient) -> list[dict[str, Any]]:
    """Every callback as Dash tells the browser."""
    client.get("/")
    found: list[dict[str, Any]] = json.loads(client.get("/_dash-dependencies").data)
    return found


def outputs_of(callback: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """Id, property, and whether another callback writes it too, of every output of a callback."""
    if "." not in callback["output"]:
        # One that writes nothing is named by a number.
        return []
    written = []
    for one in callback["output"].strip(".").split("..."):
        name, prop = one.rsplit(".", 1)
        written.append((name, prop.split("@")[0], "@" in prop))
    return written


def run(client: FlaskClient, output: str, **given: Any) -> Any:
    """What the callback that writes `output` (id) gives for each id; its inputs and states come from `given` by id, or
    by "id.property" where two properties of one id are asked."""
    return asked(client, output, **given)["response"]


def asked(client: FlaskClient, output: str, **given: Any) -> Any:
    """The whole answer of the callback that writes `output`."""
    for callback in callbacks_of(client):
        written = outputs_of(callback)
        if callback["clientside_function"] or output not in {name for name, _, _ in written}:
            continue
        if any(duplicate for _, _, duplicate in written):
            continue
        inputs = [one | {"value": _given(given, one)} for one in callback["inputs"]]
        states = [one | {"value": _given(given, one)} for one in callback["state"]]
        body = {
            "output": callback["output"],
            "outputs": [{"id": name, "property": prop} for name, prop, _ in written],
            "inputs": inputs,
            "state": states,
            "changedPropIds": [f"{inputs[0]['id']}.{inputs[0]['property']}"],
        }
        if len(written) == 1 and not callback["output"].startswith(".."):
            body["outputs"] = body["outputs"][0]
        answer = client.post("/_dash-update-component", json=body)
        assert answer.status_code in {200, 204}, answer.data
        return json.loads(answer.data)
    raise AssertionError(f"no callback writes {output}")


def _given(given: dict[str, Any], one: dict[str, Any]) -> Any:
    exact = f"{one['id']}.{one['property']}"
    return given[exact] if exact in given else given.get(one["id"])


def links(node: Any) -> list[tuple[str, str, bool]]:
    """Text, address and whether it is in force, of every link of an answer."""
    found = []
    if isinstance(node, list):
        for child in node:
            found += links(child)
    elif isinstance(node, dict) and "props" in node:
        props = node["props"]
        if node["type"] == "A":
            inside = props["children"]
            text = inside if isinstance(inside, str) else texts(inside[-1:])
            on = props.get("aria-current") in ("true", "page") or props.get("aria-checked") == "true"
            found.append((text, props["href"], on))
        else:
            found += links(props.get("children"))
    return found


def texts(node: Any) -> str:
    """All that an answer says."""
    if isinstance(node, list):
        return " ".join(texts(child) for child in node)
    if isinstance(node, dict) and "props" in node:
        return texts(node["props"].get("children"))
    return "" if node is None else str(node)
