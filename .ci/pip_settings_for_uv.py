"""Print pip's settings as uv reads them: variables, one a line."""

from __future__ import annotations

import ast
import subprocess
import sys

VARIABLES = {  # of pip's settings, and what stands between several values
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "cert": ("SSL_CERT_FILE", " "),
}


def main() -> None:
    """Print what `pip config list` says; what stands in the environment is more than a file."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = {}
    for line in sorted(listed.splitlines(), key=lambda one: one.startswith(":env:")):
        name, _, value = line.partition("=")
        setting = name.rpartition(".")[2]
        if setting in VARIABLES:
            variable, between = VARIABLES[setting]
            found[variable] = between.join(ast.literal_eval(value).split())
    sys.stdout.writelines(f"{name}={value}\n" for name, value in found.items())


if __name__ == "__main__":
    main()
