"""The pieces of serving: the key, the place to listen, the address that is printed."""

from __future__ import annotations

import socket
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from api.server import KEY_FILE, ServeError, address, check_free, give_back, secret_key


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    key = secret_key(folder)
    assert len(key) == 64
    assert secret_key(folder) == key
    assert stat.S_IMODE((folder / KEY_FILE).stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == [KEY_FILE]
    assert secret_key(tmp_path / "other") != key


def test_many_at_once_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(secret_key, [tmp_path] * 32))) == 1


def test_a_file_that_holds_no_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).touch()
    with pytest.raises(ServeError, match="delete it"):
        secret_key(tmp_path)


def test_a_taken_port_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServeError, match=rf"127\.0\.0\.1:{port}.*YIPING_PORT"):
            check_free("127.0.0.1", port)
    check_free("127.0.0.1", port)


def test_a_host_that_is_not_ours_is_told() -> None:
    with pytest.raises(ServeError, match="YIPING_HOST"):
        check_free("no-such-host.invalid", 8050)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", "http://127.0.0.1:8050"),
        ("0.0.0.0", "http://127.0.0.1:8050"),
        ("::", "http://[::1]:8050"),
        ("city.example", "http://city.example:8050"),
    ],
)
def test_the_address_is_one_that_a_browser_takes(host: str, expected: str) -> None:
    assert address(host, 8050) == expected


def test_what_lies_free_between_what_is_in_use_is_given_back() -> None:
    def own_bytes() -> int:
        lines = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()
        return 1024 * int(next(line for line in lines if line.startswith("Pss_Anon:")).split()[1])

    # Every hundredth part stays, so that the heap cannot shrink from its end.
    parts = [bytes(32_000) for _ in range(4_000)]
    pins = parts[::100]
    del parts
    kept = own_bytes()
    assert give_back()
    assert own_bytes() < kept - 50_000_000
    assert len(pins) == 40
