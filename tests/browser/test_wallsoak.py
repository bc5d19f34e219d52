"""Half a minute of the soak: the true server, a city that lives twenty times as fast, a browser that nobody touches."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from data.city import load_city
from data.citypack import read_pack
from data.clocks import now
from data.demo.filling import fill_demo
from data.opening import open_store
from data.settings import Settings
from tests.benchmarks.soak import (
    ARGUMENTS,
    SPEED,
    judge,
    server_settings,
    soak,
    table,
    zone_where_it_is,
)
from tests.support.browser import beside

pytestmark = pytest.mark.slow

SECONDS, EVERY = 30.0, 5.0
NODES, LISTENERS, HEAP = 6000, 300, 150e6
"""Far above what the wall needs and far below what it would have after half a minute of carelessness."""


def test_the_soak_in_short(browser: Browser, zhengzhou: Path, tmp_path: Path) -> None:
    settings = server_settings(tmp_path, f"sqlite:///{tmp_path / 'yiping.db'}")
    present = now()
    with open_store(Settings.load(settings), create=True) as store:
        # At night there is too little to see.
        pack = replace(read_pack(zhengzhou), zone=zone_where_it_is(10, present))
        load_city(store, pack, present)
        fill_demo(store, 20_000, present, present)
    with beside(browser, tmp_path, ARGUMENTS) as other:
        samples, written, problems = soak(other, settings, SECONDS, EVERY, tmp_path, SPEED)
    verdict = judge(samples)
    printed = table(samples, verdict, written, SPEED, problems)
    assert problems == []
    assert verdict.live == verdict.judged, printed
    assert len(verdict.latencies) > 5, printed
    last = samples[-1]
    assert (last.nodes < NODES, last.listeners < LISTENERS, last.heap < HEAP) == (True, True, True), printed
    assert len((tmp_path / "samples.jsonl").read_text(encoding="utf-8").splitlines()) == len(samples)
