"""A real mail server and a real robot's server on ports of this machine, with what they are to do wrong."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "bulletins", "p@ss/word: 7"


@dataclass(frozen=True)
class Trust:
    """A certificate of 127.0.0.1 and localhost: how the server shows it, and how a client that knows it trusts it."""

    server: ssl.SSLContext
    client: ssl.SSLContext


def trust(folder: Path) -> Trust:
    """A certificate that signs itself, its files in the folder."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(parents=True, exist_ok=True)
    certificate, secret = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, secret)
    return Trust(server, ssl.create_default_context(cafile=str(certificate)))


@dataclass
class PostOffice:
    """A mail server. `taken` are the messages it took with their recipient; `refuses` answers to a recipient,
    `answers` to the next messages in turn, `cuts` ends the connection "before" or "after" the next message is read."""

    port: int = 0
    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)
    answers: list[str] = field(default_factory=list)
    cuts: list[str] = field(default_factory=list)

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        if self.cuts and self.cuts[0] == "after":
            self.cuts.pop(0)
            assert server.transport is not None
            server.transport.close()
            return "250 never heard"
        if self.answers and not (answer := self.answers.pop(0)).startswith("250"):
            return answer
        message = message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)
        self.taken += [(each, message) for each in envelope.rcpt_tos]
        self.raw.append(content)
        return "250 OK"


@contextlib.contextmanager
def post_office(
    shown: Trust | None = None, *, login: bool = False, implicit: bool = False
) -> Iterator[PostOffice]:
    """The mail server: with a certificate it speaks STARTTLS, or TLS from the first byte where `implicit`."""
    office = PostOffice()

    class Server(SMTP):
        async def smtp_DATA(self, arg: str) -> None:
            if office.cuts and office.cuts[0] == "before":
                office.cuts.pop(0)
                await self.push("354 go on")
                assert isinstance(self.transport, asyncio.WriteTransport)
                self.transport.abort()
                return
            await super().smtp_DATA(arg)

    def known(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False)

    more: dict[str, Any] = {"auth_require_tls": False}
    if shown is not None and not implicit:
        more["tls_context"] = shown.server
    if login:
        more |= {"authenticator": known, "auth_required": not implicit, "auth_require_tls": not implicit}

    def session() -> SMTP:
        return Server(office, hostname="post.test", timeout=5, **more)

    async def opened() -> asyncio.Server:
        way = shown.server if shown and implicit else None
        return await loop.create_server(session, "127.0.0.1", 0, ssl=way)

    async def closed() -> None:
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await server.wait_closed()

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(opened(), loop).result(10)
    try:
        office.port = server.sockets[0].getsockname()[1]
        yield office
    finally:
        asyncio.run_coroutine_threadsafe(closed(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@dataclass
class RobotHouse:
    """The server of a group's robots. `asked` are the paths and bodies it was sent; `answers` are the status, the body
    and headers of the next answers (errcode 0 when they have run out); `cuts` ends that many connections unanswered.
    """

    address: str = ""
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    answers: list[tuple[int, str, dict[str, str]]] = field(default_factory=list)
    cuts: int = 0


@contextlib.contextmanager
def robot_house(shown: Trust | None = None) -> Iterator[RobotHouse]:
    """The server, over TLS where it has a certificate to show."""
    house = RobotHouse()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            house.asked.append((self.path, json.loads(body)))
            if house.cuts:
                house.cuts -= 1
                self.close_connection = True
                return
            ok: tuple[int, str, dict[str, str]] = (200, json.dumps({"errcode": 0, "errmsg": "ok"}), {})
            status, text, headers = house.answers.pop(0) if house.answers else ok
            self.send_response(status)
            for name, value in {"Content-Length": str(len(text.encode())), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    if shown is not None:
        server.socket = shown.server.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    house.address = f"http{'s' if shown else ''}://127.0.0.1:{server.server_port}"
    try:
        yield house
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
