"""`.ci/setup`: pip's settings, handed on to uv."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / ".ci" / "pip_settings_for_uv.py"


def test_uv_is_told_where_pip_looks_for_packages(tmp_path: Path) -> None:
    settings = tmp_path / "pip.conf"
    settings.write_text(
        "[global]\nindex-url = https://a.example/simple\n"
        "extra-index-url = https://file.example/simple\nfind-links = /one /two\ntimeout = 9\n"
    )
    env = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    env |= {"PIP_CONFIG_FILE": f"{settings}", "PIP_EXTRA_INDEX_URL": "https://b https://c"}
    printed = subprocess.run(
        [sys.executable, f"{SCRIPT}"], env=env, capture_output=True, text=True, check=True
    ).stdout
    assert dict(line.split("=", 1) for line in printed.splitlines()) | {"SSL_CERT_FILE": ""} == {
        "UV_DEFAULT_INDEX": "https://a.example/simple",
        "UV_INDEX": "https://b https://c",
        "UV_FIND_LINKS": "/one,/two",
        "SSL_CERT_FILE": "",  # this machine's own file may name one
    }
