"""What each step of a lesson costs the first visitor: `PYTHONPATH=. python benchmarks/lessons.py`.

Each step is opened in this process, jobs included, with nothing kept and nothing made ahead, in the
order of the lessons. Printed are the processor's seconds until all that the step shows is there,
which other work on the machine hardly changes, and how many jobs it took. What takes long is made
ahead by `explorer/ui/plans/ahead.py`. `--lesson 4` measures one lesson.
"""

from __future__ import annotations

import argparse
import logging
import os
import tempfile
import time
from functools import cache
from pathlib import Path

from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from explorer.lessons.plan import Step
from explorer.ui.encode.jobs import encodings
from explorer.ui.plans.underway import shelf
from explorer.ui.shell import progress, spaces
from explorer.ui.shell.navigation import PAGES

ROOT = Path(__file__).parent.parent
PATIENCE = 900.0
MOST_RUNS = 12  # of a page whose jobs start each other


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lesson", default="", help="how the name of a lesson begins, such as 4")
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)  # Streamlit's, of every run without a browser
    scan = manifest_scanner.scan_component_manifests  # most of a run here; a server does it once
    manifest_scanner.scan_component_manifests = cache(scan)
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(EXPLORER_CACHE_DIR=folder, EXPLORER_WORKERS="0", OMP_NUM_THREADS="1")
        for warm in ("lessons", "map"):  # what every page needs
            opened(Step(warm, warm, "", {}))
        for plan_id, plan in shelf()[0].items():
            for number, step in enumerate(plan.steps, 1):
                if plan_id.startswith(given.lesson):
                    began = time.process_time()
                    jobs = opened(step)
                    took = time.process_time() - began
                    print(
                        f"{plan_id:32} {number:2} {step.page:14} {took:6.2f} s {jobs} jobs",
                        flush=True,
                    )


def opened(step: Step) -> int:
    """Open a step's page, and again when its jobs are done; return how many there were."""
    screen = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE)
    for name, value in {"space": spaces.DEFAULT, **step.address}.items():
        screen.query_params[name] = value
    if PAGES[step.page].file != "app.py":
        screen.switch_page(PAGES[step.page].file)
    screen.run()
    jobs = 0
    for _ in range(MOST_RUNS):
        pools = (progress.jobs(), encodings().jobs)
        pending = [job for pool in pools for job in pool.pending()]
        if not pending:
            break
        jobs += len(pending)
        for job in pending:
            job.result(PATIENCE)
        screen.run()
    return jobs


if __name__ == "__main__":
    main()
