"""A small OpenID Connect provider with real signed tokens: code, PKCE, nonce, RS256."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "explorer", "the client's own secret"


class Provider(ThreadingHTTPServer):
    """The provider: who has an account, and the codes that were given out."""

    daemon_threads = True

    def __init__(self, accounts: Mapping[str, dict[str, Any]]) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.accounts = accounts
        self.url = f"http://localhost:{self.server_port}"
        self.metadata_url = f"{self.url}/.well-known/openid-configuration"
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.codes: dict[str, tuple[str, dict[str, str]]] = {}

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def tokens(self, form: Mapping[str, str]) -> dict[str, Any]:
        """Exchange a code for tokens, once, for who asked for it."""
        name, asked = self.codes.pop(form["code"])
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        assert challenge == asked["code_challenge"]
        assert form["redirect_uri"] == asked["redirect_uri"]
        now = int(time.time())
        claims = {
            **{"iss": self.url, "aud": CLIENT, "sub": name, "nonce": asked["nonce"]},
            **{"iat": now, "exp": now + 300},
            **self.accounts[name],
        }
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)
        return {"access_token": secrets.token_hex(), "token_type": "Bearer", "id_token": signed}


class Answer(BaseHTTPRequestHandler):
    """Answers of the provider."""

    server: Provider

    def log_message(self, *given: object) -> None:
        """Keep quiet."""

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        query = dict(parse_qsl(asked.query))
        if asked.path == "/.well-known/openid-configuration":
            self.send(json.dumps(self.server.metadata()))
        elif asked.path == "/keys":
            self.send(json.dumps({"keys": [self.server.key.as_dict(private=False)]}))
        elif asked.path == "/authorize":
            assert (query["client_id"], query["code_challenge_method"]) == (CLIENT, "S256")
            links = [
                f'<a href="/as?{urlencode({**query, "name": name})}">{name}</a>'
                for name in self.server.accounts
            ]
            self.send(" ".join(links).replace("&", "&amp;"), "text/html")
        elif asked.path == "/as":
            code = secrets.token_hex()
            self.server.codes[code] = (query["name"], query)
            back = urlencode({"code": code, "state": query["state"]})
            self.send_response(302)
            self.send_header("Location", f"{query['redirect_uri']}?{back}")
            self.end_headers()
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        expected = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        assert self.headers["Authorization"] == f"Basic {expected}"
        self.send(json.dumps(self.server.tokens(form)))

    def send(self, text: str, kind: str = "application/json") -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(text.encode())


@contextlib.contextmanager
def running_provider(accounts: Mapping[str, dict[str, Any]]) -> Iterator[Provider]:
    """Run a provider on this machine."""
    with Provider(accounts) as provider:
        threading.Thread(target=provider.serve_forever, daemon=True).start()
        yield provider
        provider.shutdown()
