"""Opens the store as the settings say, and fills an empty one from its city pack."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy.engine import make_url

from data import rebuilding, searching
from data.city import load_city
from data.citypack import CityPack, read_pack
from data.clocks import Instant
from data.counters import Progress, quiet
from data.demo.filling import DEFAULT_EVENTS, Filled, fill_demo, forget_demo, is_demo, is_unfinished
from data.demo.pack import built_pack
from data.importing.load import Summary, import_file
from data.importing.mapping import Mapping, MappingError, read_mapping
from data.queries.lists import freshness
from data.reference import NoCity, Reference, reference
from data.settings import Settings, masked
from data.store import Store, StoreError

_PATIENT_SECONDS = 86_400


def open_store(settings: Settings, *, create: bool = False, patient: bool = False) -> Store:
    """The store of the settings. `create` makes one where there is none; `patient` lets a question take a day, for
    work that reads every event. Raises StoreError."""
    url = make_url(settings.database_url)
    if not create and url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        raise StoreError(
            f"expected a Yiping store at {masked(settings.database_url)}, found no such file: "
            "`make run` or `python app.py city load DIR` makes it, or mend YIPING_DATABASE_URL"
        )
    return Store.open(
        settings.database_url,
        pool_size=settings.pool_size,
        statement_timeout_seconds=_PATIENT_SECONDS if patient else settings.statement_timeout_seconds,
        synchronous=settings.sqlite_synchronous,
        create=create,
    )


def city_pack(folder: Path, settings: Settings, progress: Progress = quiet) -> CityPack:
    """The city pack in a folder; one that is to be built is built first, or taken from where it was kept.

    Raises PackError.
    """
    built = built_pack(folder, settings.var_dir, progress=progress)
    progress("reading the city pack", 0.0)
    return read_pack(built)


def remarks(pack: CityPack) -> tuple[str, ...]:
    """What whoever loads a pack should know, a sentence each: what was mended in its shapes, then its warnings."""
    return (*pack.repairs, *(f"warning: {one}" for one in pack.warnings))


def fill(
    store: Store,
    settings: Settings,
    now: Instant,
    progress: Progress = quiet,
    told: Callable[[Path, Summary], None] = lambda _path, _summary: None,
    remarked: Callable[[str], None] = lambda _sentence: None,
) -> Filled | None:
    """Makes a store ready to be served: loads the settings' city into an empty one, with the event files of its pack or
    a made-up history where the city is a demonstration, and finishes a bulk load that was cut off. `told` hears what
    became of each file, `remarked` what was mended in the shapes of the pack and what to look at. Does nothing to a
    store that is ready, whatever its city. Gives what was made up, if any.

    Raises PackError, SourceError or MappingError where the pack cannot be used.
    """
    known = _city(store)
    # Stale counters mean that a bulk load was cut off: perhaps the one of the pack's own files.
    unfinished = store.state().counters_stale
    if known is None or freshness(store).empty or unfinished:
        there = known is None or settings.city.is_dir()
        pack = city_pack(settings.city, settings, progress) if there else None
        if pack is not None and known is None:
            load_city(store, pack, now, progress)
            for sentence in remarks(pack):
                remarked(sentence)
        if pack is not None and known in (None, pack.code):
            for file in pack.files:
                mapping = pack.mappings[file.mapping]
                summary = import_file(
                    store, file.path, mapping, now, progress=progress, fallback=settings.var_dir
                )
                told(file.path, summary)
    if is_demo(reference(store)) and (freshness(store).empty or is_unfinished(store)):
        forget_demo(store)
        return fill_demo(store, DEFAULT_EVENTS, now, now, progress=progress)
    rebuilding.finish_bulk(store, progress)
    searching.extend(store, progress)
    return None


def find_mapping(name: str, city: Reference, settings: Settings) -> Mapping:
    """The mapping of that name in the pack of the store's city; `name` may also be the path of a mapping file.

    Raises MappingError where there is none.
    """
    path = Path(name)
    if path.suffix == ".toml":
        if path.is_file():
            return read_mapping(path)
        raise MappingError(name, [f"{path} is no file: give a file that is there, or a mapping's name"])
    folders = [Path(city.config["folder"])] if city.config.get("folder") else []
    folders = [folder / "mappings" for folder in (*folders, settings.city)]
    for folder in folders:
        if (folder / f"{name}.toml").is_file():
            return read_mapping(folder / f"{name}.toml")
    known = sorted({path.stem for folder in folders for path in folder.glob("*.toml")})
    raise MappingError(
        name,
        [
            f"there is no {name}.toml in {folders[0]}; found: {', '.join(known) or 'none'}. "
            "Give one of those names, or the path of a mapping file ending in .toml"
        ],
    )


def _city(store: Store) -> str | None:
    try:
        return reference(store).code
    except NoCity:
        return None
