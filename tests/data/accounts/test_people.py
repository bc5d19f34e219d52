"""Accounts, sessions and wall tokens in the store, on both databases."""

from __future__ import annotations

import threading
from dataclasses import replace

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from data.accounts import passwords, people, seconds, sessions, walls
from data.accounts.account import AccountError
from data.accounts.seconds import Seal
from data.accounts.sessions import MOST_SESSIONS, UNFINISHED, Session, expired
from data.accounttables import account, session, wall_token
from data.clocks import DAY, HOUR, MINUTE, SECOND
from data.grids import UnknownGrid
from data.store import Store
from tests.support.city import CITY, STREET
from tests.support.signing import changed, session_of, signed_up

NOW = 1_790_000_000 * SECOND
SEAL = Seal("a key of the tests")


def test_a_new_account_has_a_one_time_password_that_must_be_changed(store: Store) -> None:
    password = people.add(store, " Li.Hua ", "leader", STREET, NOW, display_name="李华")
    known = people.get(store, "LI.HUA")
    assert password is not None
    assert (known.name, known.display_name, known.role, known.scope) == ("li.hua", "李华", "leader", STREET)
    assert known.must_change
    assert known.password is not None
    assert password not in known.password
    assert passwords.matches(known.password, password)


def test_whoever_another_house_knows_has_no_password(store: Store) -> None:
    assert people.add(store, "wang", "operator", CITY, NOW, subject="00u1") is None
    known = people.of_subject(store, "00u1")
    assert known is not None
    assert (known.name, known.password, known.must_change) == ("wang", None, False)
    assert people.of_subject(store, "00u2") is None
    with pytest.raises(AccountError, match="taken"):
        people.add(store, "zhao", "operator", CITY, NOW, subject="00u1")


@pytest.mark.parametrize("name", ["", "a", "two words", "semi;colon", "x" * 65, "<script>", "a\nb"])
def test_a_name_that_is_none_is_refused(sqlite_store: Store, name: str) -> None:
    with pytest.raises(AccountError, match="expected a name of 2 to 64"):
        people.add(sqlite_store, name, "leader", CITY, NOW)


def test_what_cannot_be_is_refused_in_a_sentence(store: Store) -> None:
    people.add(store, "li", "leader", CITY, NOW)
    with pytest.raises(AccountError, match="taken"):
        people.add(store, "LI", "leader", CITY, NOW)
    with pytest.raises(AccountError, match="expected a role"):
        people.add(store, "wall", "wall", CITY, NOW)
    with pytest.raises(UnknownGrid):
        people.add(store, "wang", "leader", "nowhere", NOW)
    with pytest.raises(UnknownGrid):
        people.change(store, "li", scope="nowhere")
    with pytest.raises(AccountError, match="`user list` shows them"):
        people.reset(store, "nobody")


def test_changes_hold_at_once_and_a_lost_right_ends_what_is_open(store: Store) -> None:
    known = signed_up(store, "li", "leader", CITY)
    cookie = session_of(store, known, NOW)
    people.change(store, "li", scope=STREET, role="operator")
    looked = sessions.look(store, cookie)
    assert looked is not None
    assert (looked[1].role, looked[1].scope) == ("operator", STREET)
    people.disable(store, "li", NOW)
    assert sessions.look(store, cookie) is None
    people.enable(store, "li")
    assert sessions.look(store, cookie) is None
    cookie = session_of(store, known, NOW)
    assert sessions.look(store, cookie) is not None
    people.reset(store, "li")
    assert sessions.look(store, cookie) is None


def test_the_store_keeps_no_session_id_and_no_token(store: Store) -> None:
    known = signed_up(store, "li")
    cookie = session_of(store, known, NOW)
    token = walls.add(store, "hall", CITY, "root", NOW)
    with store.reading() as connection:
        kept = [
            str(row) for table in (session, wall_token, account) for row in connection.execute(select(table))
        ]
    assert len(kept) == 3
    assert not [row for row in kept if cookie in row or token in row]


def test_ids_are_long_and_never_the_same(sqlite_store: Store) -> None:
    known = signed_up(sqlite_store, "li")
    ids = {session_of(sqlite_store, known, NOW) for _ in range(30)}
    assert len(ids) == 30
    assert min(map(len, ids)) >= 43


def test_a_session_goes_on_under_another_id_and_the_old_one_is_dead(store: Store) -> None:
    known = signed_up(store, "li")
    first = session_of(store, known, NOW)
    second = sessions.begin(store, known.id, "full", NOW, DAY, "a", "b", instead_of=sessions.hash_of(first))
    assert sessions.look(store, first) is None
    assert sessions.look(store, second) is not None


def test_an_unfinished_session_is_short(store: Store) -> None:
    known = signed_up(store, "li")
    waiting = sessions.look(store, sessions.begin(store, known.id, "second", NOW, DAY, "a", "b"))
    assert waiting is not None
    assert waiting[0].expires_at == NOW + UNFINISHED


def test_an_account_has_so_many_sessions_and_what_is_over_is_cleared_away(store: Store) -> None:
    known = signed_up(store, "li")
    first = session_of(store, known, NOW)
    for number in range(1, MOST_SESSIONS + 1):
        session_of(store, known, NOW + number)
    assert len(sessions.of_account(store, known.id)) == MOST_SESSIONS
    assert sessions.look(store, first) is None
    session_of(store, known, NOW + 3 * DAY)
    assert len(sessions.of_account(store, known.id)) == 1


def test_what_was_seen_never_goes_back(store: Store) -> None:
    cookie = session_of(store, signed_up(store, "li"), NOW)
    name = sessions.hash_of(cookie)
    for at, expected in (
        (NOW + HOUR, NOW + HOUR),
        (NOW + MINUTE, NOW + HOUR),
        (NOW + 2 * HOUR, NOW + 2 * HOUR),
    ):
        sessions.touch(store, {name: at})
        looked = sessions.look(store, cookie)
        assert looked is not None
        assert looked[0].seen_at == expected
    sessions.touch(store, {})


_SESSION = Session("h", 1, "full", NOW, NOW, NOW + DAY, "", "")
_LATER = st.integers(NOW - DAY, NOW + 3 * DAY)


@given(_LATER, _LATER, st.integers(5 * MINUTE, 2 * DAY))
def test_a_session_that_is_over_stays_over(first: int, second: int, idle: int) -> None:
    early, late = sorted((first, second))
    assert expired(_SESSION, late, idle) >= expired(_SESSION, early, idle)


@given(_LATER, st.integers(NOW, NOW + DAY), st.integers(0, DAY), st.integers(5 * MINUTE, 2 * DAY))
def test_being_seen_later_never_ends_a_session_and_never_outlives_its_end(
    now: int, seen: int, more: int, idle: int
) -> None:
    later = replace(_SESSION, seen_at=seen + more)
    assert expired(later, now, idle) <= expired(replace(_SESSION, seen_at=seen), now, idle)
    assert expired(later, NOW + DAY, idle)


def test_the_very_instants() -> None:
    assert not expired(_SESSION, NOW + HOUR - 1, HOUR)
    assert expired(_SESSION, NOW + HOUR, HOUR)
    assert not expired(_SESSION, NOW + DAY - 1, 2 * DAY)
    assert expired(_SESSION, NOW + DAY, 2 * DAY)


def test_a_code_lets_in_once_and_around_its_time_alone(store: Store) -> None:
    known, secret = signed_up(store, "li"), seconds.new_secret()
    code = _code(secret, NOW)
    assert seconds.enrol(store, known, secret, "000000" if code != "000000" else "111111", SEAL, NOW) is None
    assert seconds.enrol(store, known, secret, code, SEAL, NOW) is not None
    known = people.get(store, "li")
    assert known.totp is not None
    assert secret not in known.totp
    # The one that set it up is used.
    assert not seconds.take(store, known, code, SEAL, NOW)
    later = NOW + 10 * seconds.STEP
    fresh = _code(secret, later)
    assert not seconds.take(store, known, fresh, SEAL, later + 2 * seconds.STEP)
    assert seconds.take(store, known, f" {fresh[:3]} {fresh[3:]} ", SEAL, later + seconds.STEP)
    assert not seconds.take(store, known, fresh, SEAL, later)
    # An earlier step than the last one taken is refused, though its time has not passed.
    assert not seconds.take(store, known, _code(secret, later - seconds.STEP), SEAL, later)


def test_a_code_sent_twice_at_once_lets_one_in(store: Store) -> None:
    known, secret = signed_up(store, "li"), seconds.new_secret()
    seconds.enrol(store, known, secret, _code(secret, NOW), SEAL, NOW)
    known, later, taken = people.get(store, "li"), NOW + 10 * seconds.STEP, []

    def tries() -> None:
        taken.append(seconds.take(store, known, _code(secret, later), SEAL, later))

    threads = [threading.Thread(target=tries) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [False, False, False, True]


def test_recovery_codes_let_in_once_each(store: Store) -> None:
    known, secret = signed_up(store, "li"), seconds.new_secret()
    codes = seconds.enrol(store, known, secret, _code(secret, NOW), SEAL, NOW)
    assert codes is not None
    assert len(set(codes)) == seconds.RECOVERY_CODES
    known = people.get(store, "li")
    assert not any(code in str(known.recovery) for code in codes)
    assert seconds.take(store, known, codes[0].upper(), SEAL, NOW)
    # Whoever read the list before finds it changed.
    assert not seconds.take(store, known, codes[1], SEAL, NOW)
    known = people.get(store, "li")
    assert seconds.left(known) == seconds.RECOVERY_CODES - 1
    assert not seconds.take(store, known, codes[0], SEAL, NOW)
    assert seconds.take(store, known, codes[1].replace("-", " "), SEAL, NOW)


def test_another_key_opens_no_seal_and_lets_nobody_in(store: Store) -> None:
    known, secret = signed_up(store, "li"), seconds.new_secret()
    seconds.enrol(store, known, secret, _code(secret, NOW), SEAL, NOW)
    known, later = people.get(store, "li"), NOW + 10 * seconds.STEP
    assert not seconds.take(store, known, _code(secret, later), Seal("another key"), later)
    seconds.remove(store, known)
    known = people.get(store, "li")
    assert (known.totp, known.totp_step, known.recovery) == (None, None, None)
    assert not seconds.take(store, known, "", SEAL, NOW)


def test_a_reset_leaves_the_second_factor_unless_it_is_told(store: Store) -> None:
    known = changed(store, signed_up(store, "li"), totp=SEAL.shut("x"), recovery="[]")
    people.reset(store, "li")
    assert people.get(store, "li").totp == known.totp
    people.reset(store, "li", second_factor=True)
    assert people.get(store, "li").totp is None


def test_a_password_that_was_reset_meanwhile_is_not_overwritten(store: Store) -> None:
    known = signed_up(store, "li")
    people.reset(store, "li")
    reset = people.get(store, "li").password
    people.rehash(store, known, "correct horse battery staple")
    assert people.get(store, "li").password == reset


def test_a_walls_token_lets_in_until_it_is_revoked(store: Store) -> None:
    token = walls.add(store, "hall", STREET, "root", NOW)
    found = walls.of_token(store, token)
    assert found is not None
    assert (found.name, found.scope, found.created_by) == ("hall", STREET, "root")
    assert walls.of_token(store, token[:-1]) is None
    assert walls.of_token(store, "") is None
    with pytest.raises(AccountError, match="revoke that token first"):
        walls.add(store, "hall", CITY, "root", NOW)
    walls.revoke(store, "hall", NOW)
    assert walls.of_token(store, token) is None
    with pytest.raises(AccountError, match="in force"):
        walls.revoke(store, "hall", NOW)
    assert walls.add(store, "hall", CITY, "root", NOW) != token
    assert walls.of_token(store, token) is None
    assert [each.scope for each in walls.listed(store)] == [CITY]


@pytest.mark.parametrize("name", ["", "  ", "x" * 65, "a\nb"])
def test_a_wall_has_a_name(sqlite_store: Store, name: str) -> None:
    with pytest.raises(AccountError, match="1 to 64 characters"):
        walls.add(sqlite_store, name, CITY, "root", NOW)


def test_nobody_can_sign_in_to_a_store_of_disabled_accounts(store: Store) -> None:
    assert not people.any_account(store)
    signed_up(store, "li")
    assert people.any_account(store)
    people.disable(store, "li", NOW)
    assert not people.any_account(store)


def test_what_stands_in_a_name_reaches_no_statement(store: Store) -> None:
    signed_up(store, "li")
    for name in ("li' OR '1'='1", 'li"; DROP TABLE account; --', "li\\'", "%", "_i"):
        assert people.found(store, name) is None
        assert sessions.look(store, name) is None
        assert walls.of_token(store, name) is None
    with store.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM account")).scalar_one() == 1


def _code(secret: str, at: int) -> str:
    return pyotp.TOTP(secret).at(at // SECOND)
