"""Yiping: `build_app` and the command line, the only place where store, screens, jobs and addresses meet."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from secrets import token_hex
from typing import Any, cast
from urllib.parse import parse_qsl

import click
import dash
from flask import Flask

from api import (
    accounts,
    alerting,
    archive,
    assessing,
    beside,
    bulletins,
    cities,
    demo,
    doors,
    dressing,
    entrance,
    exports,
    health,
    jobs,
    keeping,
    mapdata,
    noting,
    questions,
    quiet,
    scoring,
    tasks,
)
from api import auditing as audit_file
from api import wall as wall_addresses
from api.administration import Administration
from api.archiving import Archiving
from api.assessing import Assessing
from api.exporter import Exporter, Written
from api.looking import Looking
from api.server import ServeError, check_free, secret_key, serve
from api.tasking import Tasking
from api.terminal import House, progress_bar
from api.wall import build_of
from callbacks import admin, auditing, exporting, register_all, remote
from callbacks import bulletins as archive_page
from callbacks import tasks as task_page
from callbacks.desk import Desk
from callbacks.mapviews import MapViews
from callbacks.reads import City, Part, Reads
from callbacks.wall import page as wallpage
from callbacks.wall.feed import WallFeed
from callbacks.wall.reads import Remote, WallReads
from callbacks.wall.watch import Watch
from data import audit, bulletinstates, exportjobs, savedviews, wallcontrol
from data.access import Viewer, may
from data.alerting.looks import last_looks
from data.alerting.standing import standing
from data.alerting.watchman import TICK_SECONDS, Watchman
from data.answers import Trace
from data.assessment.keeping import freeze_owed, last_board
from data.audit import Wanted, record
from data.calendars import sessions_text
from data.clocks import Instant, now
from data.editions import Edition, EditionError, UnknownEdition
from data.grids import Tree, UnknownGrid
from data.opening import fill, open_store
from data.queries import figures, filtered, levels, lists, live, people, points
from data.queries import nearby as near
from data.queries.listing import ListKind
from data.queries.lists import UnknownEvent
from data.queries.shapes import areas, shapes
from data.reference import NoCity, reference
from data.settings import Settings
from data.store import Store
from data.tasks import listing
from data.words import speak, word
from maps.atlas import LevelFile
from reports import ondemand, schedule
from reports.delivery.delivering import Ways, post
from reports.delivery.packing import packing
from reports.document import Document, from_json
from reports.docx import docx
from reports.making import FOLDER
from reports.ondemand import OnDemand
from reports.press import MENDABLE
from reports.render import Setter
from reports.webpage import webpage

ROOMS = ("api", "assets", "callbacks", "data", "layouts", "maps")
"""Where the files lie that make what a wall shows: when one of them is another, walls load themselves anew."""

EXPORTS = "exports"
"""The folder that keeps the files of exports until they are fetched or their time is over."""

WORD_SECONDS = 20
"""So long somebody waits for the Word files of others."""

GEOMETRY = "geometry"
"""The folder, below that of the settings, that keeps the outlines as browsers take them."""


def build_app(settings: Settings) -> dash.Dash:
    """The screens and addresses on the store of the settings, ready to be served; `server` is the Flask application.

    Raises StoreError and SettingsError. The store is closed by whoever serves: `app.server.extensions["store"]`.
    """
    store = open_store(settings, create=True)
    app = dash.Dash(
        __name__,
        title=word("product.name"),
        update_title="",
        assets_folder=str(Path(__file__).with_name("assets")),
        # The wall is a document of its own: its scripts are for no other page.
        assets_path_ignore=["^wall$"],
        add_log_handler=False,
    )
    app.server.extensions["store"] = store
    app.server.extensions[doors.AUDIT] = noting.note(lambda entry: record(store, entry), now)
    store.refused = noting.Beyond(now)
    app.server.secret_key = secret_key(settings.var_dir)
    entrance.build(app.server, store, settings, now)
    reads = bind_reads(lambda: store.within(doors.viewer().scope), doors.viewer, doors.audited)
    desk = bind_desk(store, bind_exports(app.server, store, settings, reads))
    lookout = Looking(store, now)
    assessor = Assessing(store, now)
    views = register_all(app, reads, settings.var_dir / GEOMETRY, whole_city(store), desk, lookout, assessor)
    mapdata.register(app.server, bind_map(store, views))
    bind_wall(app, store, reads, views)
    bind_audit(app, store, reads)
    bind_archive(app, store, settings, reads)
    task_page.register(app, reads, Tasking(store, now))
    assessing.register(app.server, assessor)
    admin.register(app, reads, Administration(store, settings, now))
    health.register(app.server, store, now, doors.knows_the_house)
    dressing.register(app.server, app.csp_hashes())
    return app


def bind_reads(
    bounded: Callable[[], Store], viewer: Callable[[], Viewer], audited: noting.Note = noting.nothing
) -> Reads:
    """The reads of the screens, from the store that `bounded` gives at each call: that of whoever asks. `audited` hears
    of what was refused, and of personal data that were shown."""

    def city() -> City | None:
        try:
            known = reference(bounded())
        except NoCity:
            return None
        return City(
            code=known.code,
            name=known.name,
            zone=known.zone,
            targets=known.config.get("targets", {}),
            revision=str(known.version),
            illustrative=bool(known.config.get("illustrative")),
            demo=bool(known.config.get("demo")),
            credit=str(known.config.get("credit", "")),
            levels={level["key"]: level["name"] for level in known.config.get("levels", ())},
            channels=tuple(Part(each.code, each.name) for each in known.channels.values()),
            categories=tuple(
                Part(each.code, each.name, each.top_code, each.top_name) for each in known.categories.values()
            ),
        )

    def tree() -> Tree:
        try:
            return reference(bounded()).tree
        except NoCity as error:
            raise UnknownGrid(str(error)) from None

    def trace(scope: str, event_id: int, as_of: Instant) -> Trace | None:
        try:
            return lists.trace(bounded(), scope, event_id, as_of)
        except UnknownEvent:
            audited("read", f"event {event_id}", "refused")
            return None

    def unmask(scope: str, event_id: int, as_of: Instant, reason: str) -> Trace | None:
        told = noting.reason_given(reason)
        if not may(viewer(), "unmask") or told is None:
            audited("unmask", f"event {event_id}", "refused", reason=reason[:200])
            return None
        try:
            found = lists.trace(bounded(), scope, event_id, as_of, unmasked=True)
        except UnknownEvent:
            audited("unmask", f"event {event_id}", "refused", reason=told)
            return None
        # What cannot be recorded is not shown.
        audited("unmask", f"event {event_id}", "ok", key=found.event["key"], reason=told)
        return found

    return Reads(
        now=now,
        viewer=viewer,
        version=lambda: bounded().version(),
        city=city,
        tree=tree,
        compare=lambda question: figures.compare(bounded(), question),
        compare_some=lambda question, keys: figures.compare(bounded(), question, keys),
        totals=lambda question, keys: figures.totals(bounded(), question, keys),
        by_grid=lambda question, keys: figures.by_grid(bounded(), question, keys=keys),
        compare_grids=lambda question, depth, keys: figures.compare_grids(bounded(), question, depth, keys),
        courses=lambda question, unit, key, depth: figures.courses(bounded(), question, unit, key, depth),
        people=lambda scope: people.people(bounded(), scope),
        by_time=lambda question, unit, keys: figures.by_time(bounded(), question, unit, keys),
        by_category=lambda question, keys: figures.by_category(bounded(), question, keys),
        by_channel=lambda question, keys: figures.by_channel(bounded(), question, keys),
        rank=lambda question, key: figures.rank(bounded(), question, key),
        events=lambda question, kind, limit, after: lists.list_events(
            bounded(), question, cast(ListKind, kind), limit, after
        ),
        found=lambda question, wanted, limit, after: filtered.find_events(
            bounded(), question, wanted, limit, after
        ),
        found_total=lambda question, wanted: filtered.count_events(bounded(), question, wanted),
        nearby=lambda scope, number, as_of: near.nearby(bounded(), scope, number, as_of),
        worked=lambda start, end: reference(bounded()).calendar.worked(start, end),
        sessions=lambda: sessions_text(reference(bounded()).calendar.config),
        trace=trace,
        unmask=unmask,
        freshness=lambda: lists.freshness(bounded()),
        shapes=lambda codes: shapes(bounded(), codes),
        level_values=lambda question, depth, key: levels.level_values(bounded(), question, depth, key),
        points=lambda question, kind, limit: points.event_points(
            bounded(), question, cast(points.PointKind, kind), limit
        ),
        areas=lambda: areas(bounded()),
    )


def bind_desk(store: Store, exporter: Exporter) -> Desk:
    """What viewers keep, each their own."""

    def who() -> Viewer:
        return doors.viewer()

    def exported() -> list[exportjobs.Job]:
        found = exportjobs.jobs_of(store, who().name, who().scope)
        if any(job.unfinished for job in found):
            # Whoever was at work on it may be gone: with the server before, or when the database was away.
            exporter.kick()
        return found

    def cancel(number: str) -> bool:
        ended = exportjobs.cancel(store, who().name, number, now())
        doors.audited("cancel", f"export {number[:32]}", "ok" if ended else "refused")
        return ended

    return Desk(
        views=lambda: savedviews.views_of(store, who().name),
        save_view=lambda name, path, search: savedviews.save_view(
            store, who().name, name, path, search, now()
        ),
        forget_view=lambda number: savedviews.forget_view(store, who().name, number),
        exports=exported,
        cancel=cancel,
    )


def demanded(bounded: Store, search: str) -> OnDemand:
    """The bulletin on demand of a query string, within a scope. Raises ValueError and UnknownGrid."""
    given = dict(parse_qsl(search))
    scope, kind, period = (given.get(name, "") for name in ("scope", "kind", "period"))
    return OnDemand(bounded, ondemand.asked(reference(bounded), scope, kind, period, now()), now)


def bind_exports(server: Flask, store: Store, settings: Settings, reads: Reads) -> Exporter:
    """The addresses of exports, and who makes their files."""

    def rows_of(bounded: Callable[[], Store]) -> exporting.Every:
        return lambda question, wanted: filtered.all_events(bounded(), question, wanted)

    def of_job(patient: Store, job: exportjobs.Job) -> Written:
        viewer = Viewer(
            job.viewer,
            job.request["role"],
            job.scope,
            display_name=job.request["display_name"],
            demo=bool(job.request["demo"]),
        )
        bounded = patient.within(job.scope)
        speak(job.request["language"])
        if job.kind == archive.DEMAND:
            return demanded(bounded, job.search)
        own = bind_reads(lambda: bounded, lambda: viewer)
        return exporting.report(own, rows_of(lambda: bounded), job.kind, job.search)

    exporter = Exporter(settings.var_dir / EXPORTS, lambda: open_store(settings, patient=True), of_job, now)
    mine = rows_of(lambda: store.within(doors.viewer().scope))
    exports.register(
        server,
        exports.ExportSource(
            store, lambda kind, search: exporting.report(reads, mine, kind, search), exporter, now
        ),
    )
    server.extensions[EXPORTS] = exporter
    return exporter


def whole_city(store: Store) -> Reads:
    """The reads of the program itself, of the whole city: for the outlines, which bound nobody, and never for a figure
    that a viewer is shown."""
    return bind_reads(lambda: store, lambda: Viewer("", "operator", ""))


def bind_map(store: Store, views: MapViews) -> mapdata.MapSource:
    """What the addresses of the map answer with."""

    def basemap() -> Path | None:
        try:
            folder = Path(reference(store).config["folder"]) / "basemap"
        except (NoCity, KeyError):
            return None
        return folder if folder.is_dir() else None

    return mapdata.MapSource(
        token=views.token,
        asker=views.asker,
        manifest=views.manifest,
        answer=views.answer,
        geometry=views.geometry,
        areas=views.areas,
        basemap=basemap,
    )


def wall_reads(store: Store, drawn: Callable[[], Sequence[Mapping[str, Any]]], scope: str) -> WallReads:
    """The reads of the walls of a scope; `drawn` lists the levels of the map."""
    bounded = store.within(scope)
    return WallReads(
        scope=scope,
        reads=bind_reads(lambda: bounded, lambda: Viewer("", "wall", scope)),
        totals=partial(figures.totals, bounded),
        rank=lambda question, key, depth: figures.rank(bounded, question, key, depth=depth),
        moved=partial(live.moved, bounded),
        due_soon=partial(live.due_soon, bounded),
        unanswered=partial(live.unanswered, bounded),
        warnings=partial(standing, bounded),
        looks=partial(last_looks, bounded),
        assessed=partial(last_board, bounded),
        units=partial(live.unit_work, bounded),
        commands=partial(listing.commands, bounded),
        people=partial(people.people, bounded),
        bulletins=lambda now: bulletinstates.today(bounded, scope, now),
        begun=lambda: bulletinstates.is_begun(bounded),
        settings=lambda: reference(bounded).config.get("wall", {}),
        levels=drawn,
    )


def bind_wall(app: dash.Dash, store: Store, reads: Reads, views: MapViews) -> WallFeed:
    """The addresses of the walls (the document, what it asks twice a second, and what has changed) and their remote."""

    def level(file: LevelFile) -> Mapping[str, Any]:
        own = file.level
        return {
            "key": own.key,
            "name": own.name,
            "depth": own.depth,
            "dedicated": own.dedicated,
            "drawn": file.drawn,
        }

    def drawn() -> list[Mapping[str, Any]]:
        book = views.atlas()
        return [] if book is None else [level(file) for file in book.files]

    wall = lru_cache(maxsize=64)(partial(wall_reads, store, drawn))

    def within(scope: str, code: str) -> bool:
        try:
            return code in reference(store.within(scope)).tree
        except LookupError:
            return False

    def find(scope: str, key: str) -> int | None:
        bounded = store.within(scope)
        try:
            return lists.find_event(bounded, scope, key)
        except UnknownEvent:
            known = key.isascii() and key.isdigit() and len(key) < 19
        try:
            return int(lists.trace(bounded, scope, int(key), now()).event["id"]) if known else None
        except UnknownEvent:
            return None

    walls = Remote(
        wall,
        partial(wallcontrol.read_control, store),
        partial(wallcontrol.change_control, store),
        find,
        doors.audited,
    )
    remote.register(app, reads, walls)
    build = build_of(Path(__file__).parent / room for room in ROOMS)
    feed = WallFeed(wall, Watch(partial(wallcontrol.look, store)), now, token_hex(4), build)
    wall_addresses.register(app.server, wall_addresses.WallSource(feed.pulse, feed.panels, within))
    wallpage.register(app.server, Path(__file__).with_name("assets"), lambda: build)
    return feed


def bind_audit(app: dash.Dash, store: Store, reads: Reads) -> None:
    """The audit's page and file, of what was done within the scope of whoever reads it."""

    def of_viewer(wanted: Wanted) -> Wanted:
        return replace(wanted, scopes=scopes())

    def scopes() -> frozenset[str] | None:
        return None if reads.city() is None else audit.scopes_within(store, reads.tree())

    def wanted(query: str) -> Wanted:
        return auditing.wanted_of(auditing.asked(query)[0], auditing.clock_of(reads), now())[0]

    auditing.register(
        app,
        reads,
        auditing.Audit(
            lambda wanted, limit, before: audit.entries(store, of_viewer(wanted), limit, before),
            lambda: audit.names(store, scopes()),
            lambda: audit.verify(store),
        ),
        lambda: doors.audited("audit", auditing.PATH, "refused"),
    )
    audit_file.register(
        app.server, audit_file.AuditFile(wanted, lambda wanted: audit.every_entry(store, of_viewer(wanted)))
    )


def bind_archive(app: dash.Dash, store: Store, settings: Settings, reads: Reads) -> None:
    """The archive of bulletins and its addresses."""
    archiving = Archiving(store, now)
    archive_page.register(app, reads, archiving)

    def said(one: Edition) -> Document:
        return from_json(archiving.document(one.id))

    one_at_a_time = threading.Lock()

    def as_word(one: Edition) -> bytes:
        # Its pictures are drawn by a process of its own, of which a server can do with one; who waits holds a thread.
        if not one_at_a_time.acquire(timeout=WORD_SECONDS):
            raise TimeoutError("other Word files are being made")
        try:
            with Setter() as setter:
                return docx(said(one), setter.picture)
        finally:
            one_at_a_time.release()

    archive.register(
        app.server,
        archive.Files(
            edition=archiving.edition,
            page=lambda one: webpage(said(one)),
            docx=as_word,
            folder=settings.var_dir / FOLDER,
        ),
        archive.Demand(
            store=store,
            exporter=app.server.extensions[EXPORTS],
            stem=lambda search: demanded(store.within(doors.viewer().scope), search).stem,
            now=now,
        ),
    )


@click.group(
    cls=House,
    mendable=(ServeError, EditionError, UnknownEdition, *MENDABLE),
    context_settings={"help_option_names": ["-h", "--help"]},
)
def cli() -> None:
    """Yiping 一屏: one screen for a city that is governed by grids.

    Settings are environment variables that begin with YIPING_ (docs/settings.md). DATE is a day such as 2026-01-31 in
    the city's zone or an instant such as 2026-02-10T23:00:00Z; a period holds its start and not its end.
    """


@cli.command()
def run() -> None:
    """Serve the dashboard; Ctrl-C ends it.

    An empty store is filled first with the city of YIPING_CITY and the events of its pack, or with made-up ones where
    the city is a demonstration, which then goes on living beside the server. So do the bulletins: what is owed is made
    beside it (YIPING_JOBS).

    \b
    Examples:
      python app.py run
      YIPING_CITY=data/cities/boston YIPING_DATABASE_URL=sqlite:///var/boston.db python app.py run
      YIPING_PORT=9000 python app.py run
      YIPING_DATABASE_URL=postgresql+psycopg://USER:PASSWORD@HOST/yiping python app.py run
    """
    settings = Settings.load()
    quiet.install()
    logging.basicConfig(level=settings.log_level, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    check_free(settings.host, settings.port)
    with open_store(settings, create=True) as store, progress_bar() as progress:
        filled = fill(
            store,
            settings,
            now(),
            progress,
            lambda path, summary: cities.tell(path, summary, aside=True),
            lambda sentence: click.echo(sentence, err=True),
        )
        audit.prune(store, now(), settings.audit_days, who=accounts.operator())
        told = None if filled is None else demo.told(filled, reference(store).clock)
        lives = demo.lives(store)
        nobody = entrance.nobody_told(store, settings)
        progress("drawing the grids", 0.0)
        MapViews(whole_city(store), settings.var_dir / GEOMETRY).atlas()
    for sentence in filter(None, (told, nobody)):
        click.echo(sentence, err=True)
    click.echo("Starting the server …", err=True)
    with (
        beside.running_beside("simulate", settings.simulate and lives),
        beside.running_beside("jobs", settings.jobs),
    ):
        serve(
            lambda: build_app(settings).server,
            settings,
            lambda address: click.echo(f"Yiping answers on {address}  (Ctrl-C ends it)"),
        )


def keep_bulletins(settings: Settings, store: Store, stop: threading.Event) -> None:
    """Makes and sends the bulletins that are owed until it is told to stop."""
    with Setter() as setter:
        office = bulletins.office_of(store, settings, setter)
        parcels = packing(store, office.folder, settings.public_url)
        schedule.keep(office, post(store, Ways.of(settings), parcels, now), stop, looks(settings, store))


def looks(settings: Settings, store: Store) -> schedule.Tasks:
    """What else is done beside the bulletins: scores are frozen when a month's is due, and what is hot is looked for,
    unless the settings leave that to others."""
    tasks: schedule.Tasks = {"assess": (lambda: freeze_owed(store, now()), TICK_SECONDS)}
    if not settings.watch:
        return tasks
    watchman = Watchman(store, now())
    return {**tasks, "watch": (lambda: watchman.tick(now()), TICK_SECONDS)}


cli.add_command(jobs.command(keep_bulletins))

for commands in (cities, questions, keeping, bulletins, accounts, audit_file, demo, alerting, scoring, tasks):
    for command in commands.COMMANDS:
        cli.add_command(command)


if __name__ == "__main__":
    cli(prog_name="python app.py")
