"""Who is let in by which claims, and what a wrong configuration of sign-in is told."""

from __future__ import annotations

import datetime as dt
import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from explorer.access import admits, fault, origin, provider_fault
from tests.conftest import ROOT

ANNA = {
    "is_logged_in": True,
    "sub": "17",
    "email": "Anna@School.example",
    "email_verified": True,
    "groups": ["teachers", "chess"],
    "tid": "our-tenant",
}
GOOD = {
    "redirect_uri": "https://explorer.example.org/oauth2callback",
    "cookie_secret": "0123456789abcdef" * 2,
    "client_id": "explorer",
    "client_secret": "hidden",
    "server_metadata_url": "https://login.example.org/.well-known/openid-configuration",
}


@pytest.mark.parametrize(
    ("entry", "is_let_in"),
    [
        ("*", True),
        ("anna@school.example", True),
        ("@school.example", True),
        ("@SCHOOL.example", True),
        ("groups:teachers", True),
        ("tid:our-tenant", True),
        ("@example", False),
        ("nna@school.example", False),
        ("school.example", False),
        ("groups:teach", False),
        ("tid:our", False),
        ("nothing:None", False),
        ("", False),
    ],
)
def test_an_entry_lets_in_whom_it_names_and_nobody_else(entry: str, is_let_in: bool) -> None:
    assert admits([entry], ANNA) is is_let_in


@pytest.mark.parametrize("verified", [{"email_verified": False}, {"email_verified": "false"}, {}])
def test_an_address_that_the_provider_did_not_verify_lets_nobody_in(
    verified: dict[str, Any],
) -> None:
    claims = {"sub": "17", "email": "anna@school.example", **verified}
    assert not admits(["anna@school.example", "@school.example"], claims)


def test_who_did_not_sign_in_has_no_entry() -> None:
    assert not admits(["*"], {})


def test_a_complete_configuration_has_no_fault() -> None:
    assert fault(GOOD) is None
    below = {**GOOD, "redirect_uri": "https://example.org/explorer/oauth2callback"}
    assert fault(below, "/explorer/") is None


@pytest.mark.parametrize(
    ("changed", "base_path", "told"),
    [
        ({"client_id": "", "client_secret": " "}, "", "client_id, client_secret missing"),
        ({"redirect_uri": "https://example.org/"}, "", "Expected the app's own address"),
        ({"redirect_uri": "example.org/oauth2callback"}, "", "Expected the app's own address"),
        ({}, "explorer", "https://explorer.example.org/explorer/oauth2callback"),
        ({"cookie_secret": "short"}, "", "cookie_secret has fewer than 32 letters"),
    ],
)
def test_a_wrong_configuration_is_told(changed: dict[str, str], base_path: str, told: str) -> None:
    wrong = fault({**GOOD, **changed}, base_path)
    assert wrong is not None
    assert told in wrong
    assert "hidden" not in wrong


def test_without_secrets_it_is_told_where_they_belong() -> None:
    assert "deploy/secrets.toml.example" in str(fault({}))
    assert (ROOT / "deploy" / "secrets.toml.example").is_file()


def test_an_origin_is_what_a_browser_compares() -> None:
    assert origin("https://Example.org:443/a") == origin("https://example.org/b")
    assert origin("http://localhost:8501") != origin("http://127.0.0.1:8501")


class Page(BaseHTTPRequestHandler):
    """Answers with what the server was given."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/" else 404)
        self.end_headers()
        self.wfile.write(json.dumps({"name": "not a provider"}).encode())

    def log_message(self, *given: object) -> None:
        """Keep quiet."""


@pytest.fixture
def web() -> Iterator[ThreadingHTTPServer]:
    """A web server that is no provider."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_another_page_than_the_providers_metadata_is_told(web: ThreadingHTTPServer) -> None:
    url = f"http://127.0.0.1:{web.server_port}/"
    assert "is no provider's metadata" in str(provider_fault(url))
    assert "answers 404" in str(provider_fault(f"{url}other"))


def test_an_expired_certificate_is_told(
    web: ThreadingHTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=9))
        .not_valid_after(now - dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "expired.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    web.socket = context.wrap_socket(web.socket, server_side=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))  # trusted, but for its date
    told = str(provider_fault(f"https://localhost:{web.server_port}/"))
    assert "certificate has expired" in told
    assert "Renew it" in told


def test_each_uploader_asks_for_the_visitors_role() -> None:
    uploaders = {
        path.relative_to(ROOT).as_posix()
        for folder in ("explorer", "pages")
        for path in (ROOT / folder).rglob("*.py")
        if "file_uploader(" in path.read_text(encoding="utf-8")
    }
    assert uploaders == {"explorer/ui/shell/signin.py"}
