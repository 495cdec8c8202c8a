"""Sign-in: whom the owner lets in, by the claims of a token; what is wrong with its settings.

OpenID Connect; Streamlit does the protocol (`st.login`), and keeps the claims in a signed cookie.
"""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

ANYBODY = "*"  # whoever has an account at the provider
CALLBACK = "/oauth2callback"  # where Streamlit expects those who come back
NEEDED = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
LEAST_SECRET = 32  # letters: whoever guesses it can sign in as anybody
PATIENCE = 5.0  # seconds for the provider to answer


def admits(entries: Sequence[str], claims: Mapping[str, Any]) -> bool:
    """Return whether one of the owner's entries fits somebody who signed in.

    Parameters
    ----------
    entries
        `*` for anybody; `anna@school.example` or `@school.example` for an address, which must be
        verified by the provider; `groups:teachers` for a claim that is this value or lists it.
    claims
        What the token says; empty for somebody who did not sign in, whom no entry fits.
    """
    if not claims:
        return False
    mail = str(claims.get("email", "")).lower() if claims.get("email_verified") is True else ""
    return any(fits(one, claims, mail) for one in entries)


def fits(entry: str, claims: Mapping[str, Any], mail: str) -> bool:
    """Return whether one entry fits the claims and the verified address."""
    if entry == ANYBODY:
        return True
    name, colon, value = entry.partition(":")
    if colon:
        held = claims.get(name)
        return value in held if isinstance(held, list | tuple) else held == value
    name, at, host = mail.rpartition("@")
    wanted = entry.lower()
    return bool(name and at) and wanted in (mail, f"@{host}")


def fault(auth: Mapping[str, Any], base_path: str = "") -> str | None:
    """Return what is wrong with the section [auth] of secrets.toml and what to do, or None."""
    if not auth:
        return (
            "Sign-in is asked for, and no secrets.toml with a section [auth] was found. Copy "
            "deploy/secrets.toml.example to .streamlit/secrets.toml, and fill it in."
        )
    missing = [name for name in NEEDED if not str(auth.get(name, "")).strip()]
    if missing:
        return f"secrets.toml, section [auth]: {', '.join(missing)} missing. See docs/deploy.md."
    redirect = str(auth["redirect_uri"])
    parts = urlsplit(redirect.replace("{port}", "80"))
    expected = f"{path_of(base_path)}{CALLBACK}"
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path != expected:
        return (
            f"secrets.toml: redirect_uri is “{redirect}”. Expected the app's own address, then "
            f"{expected}: https://explorer.example.org{expected}. The provider must know the same."
        )
    if len(str(auth["cookie_secret"])) < LEAST_SECRET:
        return (
            f"secrets.toml: cookie_secret has fewer than {LEAST_SECRET} letters, so it could be "
            "guessed. Make one: python -c “import secrets; print(secrets.token_hex())”"
        )
    return None


def path_of(base_path: str) -> str:
    """Return a base path with one slash before it, or nothing."""
    bare = base_path.strip("/")
    return f"/{bare}" if bare else ""


def origin(url: str) -> str:
    """Return scheme, host and port of an address: what a browser's cookies belong to."""
    parts = urlsplit(url)
    usual = {"http": ":80", "https": ":443"}.get(parts.scheme, "")
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(usual)}"


def provider_fault(url: str) -> str | None:
    """Ask the provider for its metadata; return what is wrong, or None."""
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            metadata = json.load(answer)
    except urllib.error.HTTPError as error:
        return f"The provider answers {error.code} at {url}. Check server_metadata_url."
    except ValueError:
        return f"{url} is no provider's metadata. Check server_metadata_url."
    except OSError as error:
        reason = getattr(error, "reason", error)
        if isinstance(reason, ssl.SSLCertVerificationError):
            return (
                f"The certificate of {url} is refused: {reason.verify_message}. Renew it there; if "
                "your company has its own authority, name its file by SSL_CERT_FILE."
            )
        return (
            f"The provider does not answer at {url} ({reason}). Nobody can sign in until it does."
        )
    if not isinstance(metadata, dict) or "authorization_endpoint" not in metadata:
        return f"{url} is no provider's metadata. Check server_metadata_url."
    return None
