"""A leak is told from memory that is flat after a warm-up."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import Mock

import pytest

from tests.chaos.pages import Server
from tests.soak.run import ALL, GROWTH, WEB, Soak


@pytest.mark.parametrize(("leak", "told"), [(0.0, 0), (0.5, 512)])
def test_half_a_megabyte_a_page_is_told_and_a_warm_up_is_not(
    leak: float, told: int, capsys: pytest.CaptureFixture[str]
) -> None:
    soak = Soak(Server(0, Mock(), Path(), Path()), 0, 0)
    for moment in range(80):
        web = 500.0 + 20 * min(moment, 15) + leak * 3 * moment + 5 * (moment % 3)
        soak.memory.append({WEB: web, ALL: web + 1000})
        soak.pages.append(3 * moment)
    assert (soak.tell_memory() > GROWTH) == (leak > 0)
    slope = capsys.readouterr().out.rpartition("grew by ")[2]
    assert float(slope.split()[0]) == pytest.approx(told, abs=5)
