"""E-mail against a real server: what arrives, and what is told of everything that goes wrong."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import replace
from email.utils import parsedate_to_datetime
from urllib.parse import quote

import pytest

from data.clocks import instant
from data.senders import SenderError, mail_server, mailbox
from reports.delivery.mail import Mailer, letter
from tests.reports.delivery.parcels import FILE, PARCEL, TITLE
from tests.support.postoffice import PASSWORD, USER, PostOffice, Trust, post_office, trust

FROM = "一屏 <yiping@city.example>"
TO = "district@city.example"


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    return trust(tmp_path_factory.mktemp("trust"))


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as open_office:
        yield open_office


def mailer(
    office: PostOffice, context: ssl.SSLContext | None = None, way: str = "smtp", login: str = ""
) -> Mailer:
    return Mailer(
        mail_server(f"{way}://{login}127.0.0.1:{office.port}"),
        FROM,
        context or ssl.create_default_context(),
        timeout_seconds=5,
    )


LOGIN = f"{USER}:{quote(PASSWORD, safe='')}@"


def test_what_arrives(office: PostOffice) -> None:
    assert mailer(office).send(PARCEL, f"区中心 <{TO}>").result == "sent"
    [(recipient, message)] = office.taken
    assert recipient == TO
    assert message["Subject"] == TITLE
    assert (message["From"], message["To"]) == (FROM, f"区中心 <{TO}>")
    assert instant(parsedate_to_datetime(message["Date"])) == PARCEL.issued_at
    plain = message.get_body(("plain",))
    page = message.get_body(("html",))
    assert plain is not None
    assert page is not None
    # A line that begins with a dot ends no message.
    assert plain.get_content().splitlines()[:2] == PARCEL.summary.splitlines()
    assert PARCEL.link in plain.get_content()
    assert page.get_content().strip() == PARCEL.page
    [file] = message.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == (FILE, "application/pdf")
    assert file.get_content() == PARCEL.pdf
    # RFC 2231: the name is not cut into encoded words, which no mail program would have to put together.
    assert b"filename*" in office.raw[0]


def test_the_same_parcel_is_the_same_message_and_another_recipient_another(office: PostOffice) -> None:
    assert mailer(office).send(PARCEL, TO).result == "sent"
    assert mailer(office).send(PARCEL, TO.upper()).result == "sent"
    assert mailer(office).send(PARCEL, "other@city.example").result == "sent"
    assert mailer(office).send(replace(PARCEL, edition="another"), TO).result == "sent"
    marks = [message["Message-ID"] for _, message in office.taken]
    assert marks[0] == marks[1]
    assert len(set(marks)) == 3
    assert letter(PARCEL, FROM, TO).as_bytes() == letter(PARCEL, FROM, TO).as_bytes()


@pytest.mark.parametrize("implicit", [False, True])
def test_encrypted_and_logged_in(shown: Trust, implicit: bool) -> None:
    way = "smtps" if implicit else "smtp"
    with post_office(shown, login=True, implicit=implicit) as office:
        assert mailer(office, shown.client, way, LOGIN).send(PARCEL, TO).result == "sent"
        assert len(office.taken) == 1
        told = mailer(office, shown.client, way, f"{USER}:wrong-secret@").send(PARCEL, TO)
        assert told.result == "refused"
        assert "YIPING_SMTP_URL" in told.sentence
        assert "wrong-secret" not in told.sentence
        distrusted = mailer(office, ssl.create_default_context(), way, LOGIN).send(PARCEL, TO)
        assert distrusted.result == "later"
        assert "could not be trusted" in distrusted.sentence
        assert len(office.taken) == 1


def test_a_password_never_leaves_this_machine_in_the_clear(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.delivery.mail._is_own_machine", lambda _host: False)
    told = mailer(office, login=LOGIN).send(PARCEL, TO)
    assert told.result == "refused"
    assert "STARTTLS" in told.sentence
    assert PASSWORD not in told.sentence
    assert office.taken == []


@pytest.mark.parametrize(
    ("answer", "result"), [("550 5.1.1 no such user", "refused"), ("450 4.2.1 mailbox busy", "later")]
)
def test_a_refused_recipient(office: PostOffice, answer: str, result: str) -> None:
    office.refuses[TO] = answer
    told = mailer(office).send(PARCEL, TO)
    assert (told.result, office.taken) == (result, [])
    assert answer in told.sentence


def test_busy_at_first_then_taken(office: PostOffice) -> None:
    office.answers = ["451 4.3.0 try again", "250 OK"]
    assert [mailer(office).send(PARCEL, TO).result for _ in range(2)] == ["later", "sent"]
    assert len(office.taken) == 1


def test_too_big_for_good(office: PostOffice) -> None:
    office.answers = ["552 5.3.4 message too big"]
    assert mailer(office).send(PARCEL, TO).result == "refused"


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_connection_that_ends_in_the_middle_is_not_known(office: PostOffice, when: str) -> None:
    office.cuts = [when]
    told = mailer(office).send(PARCEL, TO)
    assert told.result == "unknown"
    assert "not known" in told.sentence


def test_nobody_there() -> None:
    with post_office() as gone:
        nobody = mailer(gone)
    told = nobody.send(PARCEL, TO)
    assert told.result == "later"
    assert "refused the connection" in told.sentence


@pytest.mark.parametrize(
    "address",
    ["", "nobody", "a@b\r\nBcc: all@city.example", "a b@c.example", "书记@city.example", "@c.example"],
)
def test_what_is_no_mailbox(office: PostOffice, address: str) -> None:
    with pytest.raises(SenderError, match="expected a mailbox"):
        mailbox(address)
    assert mailer(office).send(PARCEL, address).result == "refused"
    assert office.taken == []


def test_a_hostile_title_stays_a_subject(office: PostOffice) -> None:
    made = replace(PARCEL, title="早报\r\nBcc: all@city.example", file_name='a";x=".pdf')
    assert mailer(office).send(made, TO).result == "sent"
    [(_, message)] = office.taken
    assert message["Bcc"] is None
    assert next(message.iter_attachments()).get_filename() == 'a";x=".pdf'
