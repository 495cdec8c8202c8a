"""Each step of each lesson, for whoever comes first: `PYTHONPATH=. python benchmarks/lessons.py`.

For each step a server that has only just started, with nothing kept, and its workers warm. Measured is
the time from opening the step's page until all that it shows is there: its runs have finished, and
nothing on it waits for a job. Then a server a lesson: its first step is opened as a teacher does,
and after `--wait` seconds each step by one more visitor. `--lesson 4` measures one, `--ahead`
only the second.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

from classroom import PATIENCE, Visitor, running_app, workers_warm
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from explorer.lessons.plan import Plan, Step
from explorer.ui.plans.underway import PLAN, STEP, shelf

QUIET_SECONDS = 1.5  # without a run or a job, after which a page is complete
SLOW_SECONDS = 3.0


class Pupil(Visitor):
    """A browser tab that notes when its page was complete."""

    def __init__(self, port: int, page: str, query: str) -> None:
        super().__init__(port, page, query)
        self.finished_at = 0.0

    def _finish(self, message: ForwardMsg) -> None:
        super()._finish(message)
        self.finished_at = time.perf_counter()

    async def until_complete(self) -> float:
        """Return the seconds from now to when nothing more came."""
        began = time.perf_counter()
        while True:
            await self.until(lambda: self.finished and not self._fragments)
            if time.perf_counter() - self.finished_at > QUIET_SECONDS:
                return self.finished_at - began
            if time.perf_counter() - began > PATIENCE:
                return PATIENCE
            await asyncio.sleep(0.1)


async def opened(port: int, step: Step, **more: str) -> float:
    """Return how long a step's page takes to be complete for one more visitor."""
    query = urlencode({"space": "words", **step.address, **more})
    pupil = Pupil(port, step.page, query)
    async with pupil:
        return await pupil.until_complete()


async def on_a_fresh_server(step: Step) -> float:
    """Return how long the first visitor of a server waits for a step."""
    with tempfile.TemporaryDirectory() as folder, running_app(Path(folder)) as (port, process):
        lessons = Pupil(port, "lessons", "")
        async with lessons:
            await lessons.until_complete()
        await workers_warm(process)
        return await opened(port, step)


async def made_ahead(plan_id: str, plan: Plan, wait: float) -> list[float]:
    """Return how long each step takes once the lesson has been open for some time."""
    with tempfile.TemporaryDirectory() as folder, running_app(Path(folder)) as (port, _):
        await opened(port, plan.steps[0], **{PLAN: plan_id, STEP: "1"})
        await asyncio.sleep(wait)
        return [await opened(port, step) for step in plan.steps]


async def measure(given: argparse.Namespace) -> None:
    """Measure the lessons and print a line a step."""
    plans, _ = shelf()
    for plan_id, plan in plans.items():
        if given.lesson and not plan_id.startswith(given.lesson):
            continue
        cold = [] if given.ahead else [await on_a_fresh_server(step) for step in plan.steps]
        ahead = await made_ahead(plan_id, plan, given.wait)
        for number, step in enumerate(plan.steps):
            fresh = f"{cold[number]:6.1f} s" if cold else ""
            slow = "  slow" if ahead[number] > SLOW_SECONDS else ""
            print(
                f"{plan_id:32} {number + 1:2} {step.page:14} {fresh} ahead {ahead[number]:6.1f} s"
                f"{slow}",
                flush=True,
            )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lesson", default="", help="how the name of a lesson begins, such as 4")
    parser.add_argument("--ahead", action="store_true")
    parser.add_argument("--wait", type=float, default=60.0)
    given = parser.parse_args()
    print(f"load of the machine at the start: {os.getloadavg()[0]:.1f}, cores: {os.cpu_count()}")
    asyncio.run(measure(given))


if __name__ == "__main__":
    main()
