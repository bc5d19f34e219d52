"""Sends a bulletin by e-mail: one message a recipient, PDF attached, through the city's own server (SMTP).

What the server surely did not take may be tried again; what it may have taken is "unknown", for nobody is to get a
bulletin twice.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from hashlib import sha256
from ipaddress import ip_address
from typing import Final

from data.clocks import ZoneClock
from data.masking import masked
from data.senders import MailServer, SenderError, mailbox
from reports.delivery.parcel import Outcome, Parcel, Result, unreached

TIMEOUT_SECONDS: Final = 20.0
_SAID: Final = 160
_LINE_START_DOT: Final = re.compile(rb"(?m)^\.")


def message_id(edition: str, recipient: str, domain: str) -> str:
    """The same for every try: a receiving server can tell that it has it already."""
    mark = sha256(f"{edition}\n{recipient.casefold()}".encode()).hexdigest()[:32]
    return f"<bulletin.{mark}@{domain}>"


def letter(parcel: Parcel, sender: str, recipient: str) -> EmailMessage:
    """The message: Chinese subject, the summary as plain text and the bulletin as HTML, the PDF under its own name.

    The same parcel gives the same bytes. Raises SenderError.
    """
    own, other = mailbox(sender), mailbox(recipient)
    made = EmailMessage()
    made["Subject"] = " ".join(parcel.title.split())
    made["From"] = own
    made["To"] = other
    made["Date"] = ZoneClock.of("UTC").local(parcel.issued_at)
    made["Message-ID"] = message_id(parcel.edition, other.addr_spec, own.domain)
    # Out-of-office replies would go to a mailbox that nobody reads.
    made["Auto-Submitted"] = "auto-generated"
    made["Content-Language"] = "zh-CN" if parcel.language == "zh" else "en"
    text = parcel.summary + (f"\n\n{parcel.link}" if parcel.link else "") + "\n"
    made.set_content(text, cte="base64")
    made.add_alternative(parcel.page, subtype="html", cte="base64")
    made.add_attachment(parcel.pdf, maintype="application", subtype="pdf", filename=parcel.file_name)
    marks = (sha256(f"{made['Message-ID']} {place}".encode()).hexdigest()[:32] for place in range(9))
    for part in made.walk():
        if part.is_multipart():
            # Drawn by lot otherwise.
            part.set_boundary(f"=_{next(marks)}")
    return made


@dataclass(frozen=True)
class Mailer:
    """Sends by a server, in the name of a sender. `context` decides whose certificates are trusted."""

    server: MailServer
    sender: str
    context: ssl.SSLContext
    timeout_seconds: float = TIMEOUT_SECONDS

    def send(self, parcel: Parcel, recipient: str) -> Outcome:
        """Hands the bulletin over for one recipient, once; says what came of it and never raises for the network."""
        try:
            made = letter(parcel, self.sender, recipient)
        except SenderError as error:
            return Outcome("refused", str(error))
        body = _LINE_START_DOT.sub(b"..", made.as_bytes(policy=WIRE))
        try:
            session = self._open()
            try:
                return self._hand_over(session, mailbox(recipient).addr_spec, body)
            finally:
                _part(session)
        except _Insecure as error:
            return Outcome("refused", str(error), away=True)
        except smtplib.SMTPAuthenticationError as error:
            return Outcome(
                "refused" if error.smtp_code >= 500 else "later",
                f"the mail server {self.server.host} did not accept the log-in ({error.smtp_code}): "
                "check the user and the password in YIPING_SMTP_URL",
                away=True,
            )
        except smtplib.SMTPNotSupportedError:
            return Outcome(
                "refused",
                f"the mail server {self.server.host} offers no log-in, yet YIPING_SMTP_URL has a user",
                away=True,
            )
        except ssl.SSLError as error:
            reason = getattr(error, "verify_message", "") or error.reason or "no common protocol"
            told = f"the mail server {self.server.host} could not be trusted (TLS): {reason}"
            return Outcome("later", told, away=True)
        except smtplib.SMTPResponseException as error:
            return replace(_answered(error.smtp_code, error.smtp_error, "the connection"), away=True)
        except (smtplib.SMTPException, OSError) as error:
            told = f"the mail server {self.server.host}:{self.server.port} {unreached(error)}"
            return Outcome("later", told, away=True)

    def _open(self) -> smtplib.SMTP:
        server, timeout = self.server, self.timeout_seconds
        if server.implicit:
            session: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=timeout, context=self.context
            )
        else:
            session = smtplib.SMTP(server.host, server.port, timeout=timeout)
        try:
            self._greet(session)
        except BaseException:
            session.close()
            raise
        return session

    def _greet(self, session: smtplib.SMTP) -> None:
        session.ehlo_or_helo_if_needed()
        if not self.server.implicit and session.has_extn("starttls"):
            session.starttls(context=self.context)
            session.ehlo()
        elif not self.server.implicit and self.server.user and not _is_own_machine(self.server.host):
            raise _Insecure(
                f"the mail server {self.server.host} offers no encryption (STARTTLS), so the password was not sent: "
                "use smtps://, or a server that offers it"
            )
        if self.server.user:
            session.login(self.server.user, self.server.password)

    def _hand_over(self, session: smtplib.SMTP, recipient: str, body: bytes) -> Outcome:
        code, said = session.mail(mailbox(self.sender).addr_spec)
        if code != 250:
            return _answered(code, said, "the sender")
        code, said = session.rcpt(recipient)
        if code not in (250, 251):
            return _answered(code, said, "the recipient")
        code, said = session.docmd("DATA")
        if code != 354:
            return _answered(code, said, "the message")
        try:
            session.send(body + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n")
            code, said = session.getreply()
        except (smtplib.SMTPException, OSError) as error:
            return Outcome(
                "unknown",
                f"the mail server {self.server.host} {unreached(error)} after the message was on its way: "
                "whether it was delivered is not known",
            )
        return Outcome("sent") if code == 250 else _answered(code, said, "the message")


class _Insecure(Exception):
    """The password would cross the network in the clear."""


def _answered(code: int, said: bytes | str, what: str) -> Outcome:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    line = masked(" ".join(text.split()))[:_SAID]
    result: Result = "refused" if code >= 500 else "later"
    return Outcome(result, f"the mail server did not take {what}: {code} {line}".rstrip())


def _part(session: smtplib.SMTP) -> None:
    """Takes leave; what was handed over stays handed over, whatever is answered."""
    with suppress(smtplib.SMTPException, OSError):
        session.quit()
    session.close()


def _is_own_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
