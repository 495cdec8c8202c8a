"""A cluster's certificate holds under any clock that a machine may have."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from explorer.jobs.certificate import make_certificate


@pytest.mark.parametrize("days", [-400, 0, 366])
def test_a_certificate_holds_when_the_clock_is_set_and_after_a_year(days: int) -> None:
    key, written = make_certificate()
    certificate = x509.load_pem_x509_certificate(written.encode())
    now = datetime.now(UTC) + timedelta(days=days)
    assert certificate.not_valid_before_utc < now < certificate.not_valid_after_utc
    private = load_pem_private_key(key.encode(), None)
    assert certificate.public_key() == private.public_key()


def test_each_start_makes_another_key() -> None:
    assert make_certificate()[0] != make_certificate()[0]
