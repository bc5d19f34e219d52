from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely

from data import lifecycle
from data.clocks import DAY, HOUR, date_of, day_of, parse_instant
from data.demo.calibration import Draft, last_quarter
from data.demo.chance import Ints
from data.demo.draws import cumulated, digests, normal, pick, uniform
from data.demo.handling import STAGES
from data.demo.history import SEED, Demo, Window, draft, load_of, published_quarter, window
from data.demo.model import published_received
from data.demo.places import outlines
from data.lifecycle import Report
from data.loading import NULL, Histories, load_histories
from data.periods import Period
from data.reference import reference
from data.store import Store, StoreError
from tests.support.city import open_city
from tests.support.demo import PUBLISHED, open_demo_city

AS_OF = parse_instant("2026-11-21T10:20:00+08:00")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return open_demo_city(f"sqlite:///{tmp_path_factory.mktemp('demo') / 'demo.db'}")


@pytest.fixture(scope="module")
def demo(store: Store) -> Demo:
    return Demo.of(reference(store))


@pytest.fixture(scope="module")
def years(demo: Demo) -> Draft:
    """Enough events over the whole history to see its rhythm."""
    start = demo.city.clock.day_number(demo.rhythm.founded_at)
    return draft(demo, Window(start, AS_OF, 400_000))


@pytest.fixture(scope="module")
def weeks(demo: Demo) -> Draft:
    return draft(demo, window(demo, 20_000, AS_OF))


def hours(demo: Demo, at: Ints) -> Ints:
    return (at + demo.city.clock.offset(at)) % DAY // HOUR


def by_day(demo: Demo, made: Draft) -> dict[date, int]:
    days, counts = np.unique(demo.city.clock.day_number(made.cases.reported_at), return_counts=True)
    return {date_of(day): count for day, count in zip(days.tolist(), counts.tolist(), strict=True)}


def channel(demo: Demo, code: str) -> int:
    return demo.rhythm.model.channel_codes.index(code)


def test_draws_belong_to_their_number_and_name() -> None:
    numbers = np.arange(100_000)
    drawn = uniform(1, "a", numbers)
    assert (uniform(1, "a", numbers[70:80]) == drawn[70:80]).all()
    assert 0 < drawn.min() < 0.001 < 0.999 < drawn.max() < 1
    assert abs(drawn.mean() - 0.5) < 0.005
    for other in (uniform(2, "a", numbers), uniform(1, "b", numbers), drawn[::-1]):
        assert abs(np.corrcoef(drawn, other)[0, 1]) < 0.01
    assert abs(normal(1, "n", numbers).std() - 1) < 0.01
    assert len(set(digests(str(number) for number in range(1000)).tolist())) == 1000


def test_a_pick_follows_the_weights_of_its_row() -> None:
    table = cumulated(np.array([[0.0, 3.0, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]))
    numbers = np.arange(30_000)
    found = pick(table, numbers % 3, uniform(1, "pick", numbers))
    shares = [np.bincount(found[row::3], minlength=3) / 10_000 for row in range(3)]
    assert shares[0] == pytest.approx([0, 0.75, 0.25], abs=0.02)
    assert shares[1].tolist() == [1, 0, 0]
    assert shares[2] == pytest.approx([1 / 3] * 3, abs=0.02)


def test_the_same_seed_makes_the_same_history(demo: Demo, store: Store, weeks: Draft) -> None:
    shapes = outlines(store, demo.places)

    def rows(seed: int) -> Histories:
        again = Demo.of(reference(store), seed)
        return load_of(again, draft(again, window(again, 20_000, AS_OF)), shapes, AS_OF).plain

    first, second, other = rows(SEED), rows(SEED), rows(SEED + 1)
    assert all((first.numbers[name] == second.numbers[name]).all() for name in first.numbers)
    assert all((first.places[name] == second.places[name]).all() for name in first.places)
    for name in ("keys", "titles", "descriptions", "addresses", "units"):
        assert list(getattr(first, name)) == list(getattr(second, name))
    differing = first.numbers["grid_id"][:9_000] != other.numbers["grid_id"][:9_000]
    assert differing.mean() > 0.9


def test_volume(demo: Demo, years: Draft, weeks: Draft) -> None:
    for made, events in ((years, 400_000), (weeks, 20_000)):
        reported = made.cases.reported_at
        assert len(made) == events
        assert reported.max() < AS_OF
        assert (np.diff(reported) >= 0).all()
    days = by_day(demo, years)
    assert (min(days), max(days)) == (date(2023, 10, 8), date(2026, 11, 21))
    by_year = [sum(count for day, count in days.items() if day.year == year) for year in (2024, 2025, 2026)]
    assert by_year == sorted(by_year)
    fewest = date_of(demo.city.clock.day_number(int(weeks.cases.reported_at[0])))
    assert fewest <= date(2026, 9, 22), "a month has one before it to be compared with"


def test_the_last_day_ends_in_its_hour(demo: Demo) -> None:
    made = draft(demo, window(demo, 50_000, AS_OF))
    today = made.cases.reported_at[made.cases.reported_at >= parse_instant("2026-11-21T00:00:00+08:00")]
    yesterday = made.cases.reported_at[made.cases.reported_at < AS_OF - DAY]
    until = yesterday[yesterday >= parse_instant("2026-11-20T00:00:00+08:00")]
    assert 0.5 < len(today) / len(until) < 1.2, "a Saturday morning against a Friday morning"
    assert today.max() > AS_OF - HOUR


def test_working_days_weekends_and_festivals(demo: Demo, years: Draft) -> None:
    days = by_day(demo, years)
    autumn = [day for day in days if date(2026, 10, 12) <= day <= date(2026, 11, 15)]
    weekday = np.mean([days[day] for day in autumn if day.weekday() < 5])
    weekend = np.mean([days[day] for day in autumn if day.weekday() == 6])
    assert 0.5 < weekend / weekday < 0.85
    festival = np.mean([days[date(2026, 2, day)] for day in range(17, 22)])
    before = np.mean([days[date(2026, 1, day)] for day in range(12, 17)])
    assert festival < 0.6 * before


def test_hours_of_the_channels(demo: Demo, years: Draft) -> None:
    hour = hours(demo, years.cases.reported_at)
    working = (hour >= 8) & (hour < 18)
    night = (hour >= 22) | (hour < 6)
    evening = (hour >= 18) & (hour < 23)

    def share(code: str, when: np.ndarray) -> float:
        return float(when[years.cases.channel == channel(demo, code)].mean())

    assert share("patrol", working) > 0.85
    assert share("sensor", night) > 0.3 > 0.05 > share("dcm", night)
    assert share("12345", evening) > 2 * share("patrol", evening)


def test_weather_brings_its_own(demo: Demo, years: Draft) -> None:
    days = demo.city.clock.day_number(years.cases.reported_at)
    codes = [each.code for each in demo.rhythm.model.happenings]

    def months(code: str) -> np.ndarray:
        when = days[years.cases.happening == codes.index(code)]
        return np.bincount([date_of(day).month for day in when.tolist()], minlength=13) / len(when)

    assert months("E0406")[7:9].sum() > 0.33, "flooded roads in July and August"
    assert months("L9805")[[11, 12, 1, 2, 3]].sum() > 0.9, "cold rooms in the heating season"
    assert months("E0407")[[12, 1, 2]].sum() > 0.7, "ice in winter"
    assert months("E0504")[6:9].sum() > 0.4, "barbecues in summer"


def test_hot_spots_and_good_and_bad_units(demo: Demo, years: Draft) -> None:
    counts = np.bincount(years.cases.leaf, minlength=len(demo.places.ids))
    assert counts.max() > 4 * counts.mean()
    urban, rural = counts[~demo.places.rural].mean(), counts[demo.places.rural].mean()
    assert urban > 1.5 * rural
    settled = years.columns["handled_at"] != NULL
    late = (years.columns["handled_at"] > years.columns["handle_due_at"])[settled]
    quality = years.quality[settled]
    assert late[quality < -0.7].mean() > 2.5 * late[quality > 0.7].mean()


def test_the_rates_are_met_by_construction(weeks: Draft, years: Draft) -> None:
    for made in (weeks, years):
        closed = made.columns["closed_at"] != NULL
        rated = made.columns["rating"] != NULL
        assert closed.sum() == round(0.972 * len(made))
        assert (made.columns["rating"][rated] >= 3).sum() == round(0.958 * rated.sum())
        assert 0.28 < rated.sum() / closed.sum() < 0.42
        age = (AS_OF - made.cases.reported_at[~closed]) / DAY
        assert np.median(age) < 120, "the backlog is mostly recent"


def test_the_rates_are_met_after_a_long_holiday_too(demo: Demo) -> None:
    made = draft(demo, window(demo, 6_000, parse_instant("2026-02-24T08:00:00+08:00")))
    assert (made.columns["closed_at"] != NULL).sum() == 5_832
    # Ten events: less than one open, and nobody rated need be dissatisfied.
    assert (draft(demo, window(demo, 10, AS_OF)).columns["closed_at"] != NULL).sum() == 10


def test_lives_are_in_order_and_end_with_the_history(years: Draft) -> None:
    latest = years.cases.reported_at
    for name in STAGES:
        at = years.columns[name]
        assert (at <= AS_OF).all()
        assert ((at == NULL) | (at >= latest)).all(), name
        assert ((at != NULL) <= (latest != NULL)).all(), "no step without the one before it"
        latest = at


def test_deadlines_are_those_of_the_life_cycle(demo: Demo, weeks: Draft) -> None:
    city, columns = demo.city, weeks.columns
    for row in range(0, len(weeks), 29):
        report = Report(
            source="s",
            key="k",
            at=int(weeks.cases.reported_at[row]),
            channel=city.channel_by_id[int(weeks.cases.channel[row]) + 1].code,
            category=city.category_by_id[int(weeks.cases.happening[row]) + 1].code,
            grid=PUBLISHED,
        )
        begun = lifecycle.begin(city.rules, report)
        told = {
            name: int(columns[name][row]) for name in ("accept_due_at", "handle_due_at", "due_provisional")
        }
        assert told == {name: begun[name] for name in told}


def test_points_lie_in_their_grids(demo: Demo, store: Store, weeks: Draft) -> None:
    shapes = outlines(store, demo.places)
    lon, lat = shapes.points(SEED, weeks.cases.numbers, weeks.cases.leaf)
    cut = shapely.polygons(shapes.corners)
    leaf_of = (
        np.searchsorted(
            np.append(shapes.first, shapes.steps[-1]), np.cumsum(shapely.area(cut)) - 1e-12, "left"
        )
        - 1
    )
    for leaf in range(0, len(demo.places.ids), 7):
        outline = shapely.union_all(cut[leaf_of == leaf])
        mine = weeks.cases.leaf == leaf
        assert mine.any()
        # Points are rounded to a tenth of a metre.
        assert shapely.dwithin(outline, shapely.points(lon[mine], lat[mine]), 1e-6).all()


def test_texts_are_plausible_and_name_nobody(demo: Demo, store: Store, weeks: Draft) -> None:
    plain = load_of(demo, weeks, outlines(store, demo.places), AS_OF).plain
    titles, addresses = list(plain.titles), list(plain.addresses or ())
    assert len(set(titles)) > len(titles) / 5
    assert titles[7:9] == plain.titles[7:9]
    assert plain.titles[-1] == titles[-1]
    assert not any(re.search(r"\d{3,}|[{}]|None", text) for text in (*titles, *addresses))
    assert not any(re.search(r"\d{6,}|[{}]|None", text) for text in plain.descriptions or ())
    tree = demo.city.tree
    for place in range(0, len(titles), 97):
        grid = tree.by_id(int(plain.numbers["grid_id"][place]))
        community = grid.name if grid.kind else tree.get(grid.parent or "").name
        assert titles[place].startswith(community)
        assert community in addresses[place]


def test_the_last_whole_quarter(demo: Demo) -> None:
    clock = demo.city.clock
    for as_of, first, end in (
        ("2026-11-21T10:00:00+08:00", date(2026, 7, 1), date(2026, 10, 1)),
        ("2026-10-01T00:00:00+08:00", date(2026, 7, 1), date(2026, 10, 1)),
        ("2027-02-01T00:00:00+08:00", date(2026, 10, 1), date(2027, 1, 1)),
    ):
        assert last_quarter(clock, parse_instant(as_of)) == Period(clock.at(first), clock.at(end))


def test_windows_that_cannot_be(demo: Demo) -> None:
    with pytest.raises(ValueError, match="at least one event"):
        window(demo, 0, AS_OF)
    with pytest.raises(ValueError, match="after 2023-10-08"):
        window(demo, 10, parse_instant("2023-10-01T00:00:00+08:00"))
    assert window(demo, published_received(), AS_OF).start_day == day_of(date(2023, 10, 8))
    assert window(demo, 20_000_000, AS_OF).start_day == day_of(date(2023, 10, 8))


@pytest.mark.slow
def test_the_full_history_meets_the_published_figures(demo: Demo) -> None:
    span = window(demo, published_received(), AS_OF)
    made = draft(demo, span)
    reported, closed, rating = made.cases.reported_at, made.columns["closed_at"], made.columns["rating"]
    assert len(made) == 4_726_000
    assert f"{(closed != NULL).mean():.1%}" == "97.2%"
    assert f"{(rating[rating != NULL] >= 3).mean():.1%}" == "95.8%"
    quarter = published_quarter(demo, span)
    assert quarter == last_quarter(demo.city.clock, AS_OF)
    mine = demo.places.within(PUBLISHED)[made.cases.leaf]
    received = mine & (reported >= quarter.start) & (reported < quarter.end)
    assert received.sum() == 9_037
    assert (received & (closed != NULL)).sum() == 9_006
    assert (mine & (closed >= quarter.start) & (closed < quarter.end)).sum() == 9_006
    recent = demo.city.clock.day_number(AS_OF) - 28
    week = np.bincount(demo.city.clock.day_number(reported[reported >= AS_OF - 28 * DAY]) - recent)
    assert 8_000 < week[:28].mean() < 11_500, "about 10,000 a day"


def test_the_files_of_the_demonstration_name_known_categories(demo: Demo, tmp_path: Path) -> None:
    assert all(each.weight > 0 and each.phrases != (each.name,) for each in demo.rhythm.model.happenings)
    assert all(
        sum(each.via.get(code, 0) for code in demo.rhythm.model.channel_codes)
        for each in demo.rhythm.model.happenings
    )
    assert {each.top_code for each in demo.rhythm.model.happenings} == set(demo.rhythm.model.holders)


def test_a_city_that_has_lost_a_category_needs_a_new_store(demo: Demo) -> None:
    fewer = {code: named for code, named in demo.city.categories.items() if code != "P0102"}
    with pytest.raises(StoreError, match="needs a new store"):
        Demo.of(replace(demo.city, categories=fewer))


def test_a_city_of_other_categories_lives_too(tmp_path: Path) -> None:
    with open_city(f"sqlite:///{tmp_path / 'small.db'}") as store:
        other = Demo.of(reference(store))
        made = draft(other, window(other, 500, AS_OF))
        load = load_of(other, made, outlines(store, other.places), AS_OF)
        assert load_histories(store, "demo", load.plain, AS_OF, eventful=load.eventful) == 500
    assert published_quarter(other, window(other, published_received(), AS_OF)) is None
    assert set(np.unique(made.columns["rating"]).tolist()) <= {NULL, 1, 2, 3, 4, 5}
