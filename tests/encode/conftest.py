"""The offline model, loaded once."""

from __future__ import annotations

import pytest

from explorer.encode.inside import Bert, open_bert


@pytest.fixture(scope="session")
def bert() -> Bert:
    """all-MiniLM-L6-v2."""
    return open_bert()
