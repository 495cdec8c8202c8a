"""A room of forty: `python benchmarks/room.py`, a teacher and forty pupils on one server.

Each is a websocket session that does what a browser does, as in `benchmarks/classroom.py`. The
teacher starts a room with the first lesson and goes on every twenty seconds; within eight seconds
of each step every pupil answers; one more visitor has the Map run again each second. Every minute
ten pupils lose the connection for three seconds and come back as new sessions. Measured:
- from the teacher's press of Next to the step on each of the forty screens;
- from a pupil's tap to the answer on that pupil's screen, when it is counted and on disk;
- how long the Map takes to answer meanwhile;
- whether an answer is lost, and the load of the web process.
`--pupils` and `--minutes` make it smaller.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from classroom import PATIENCE, Together, Visitor, answer_times, running_app
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from explorer.ui.plans.underway import find_plan
from explorer.ui.shell.plain import WORD_JOINER

LESSON = "1-why-embeddings"
STEP_SECONDS = 20.0
ANSWER_SECONDS = 8.0
LOST_SECONDS = 20.0  # after which an answer counts as lost
DROPPED, DROP_SECONDS = 10, 3.0
CODE = re.compile(r"\?room=(?P<code>[A-Z]{5})&teacher=(?P<secret>[\w-]{22})")
COUNTED = re.compile(r"\*\*(\d+)\*\* answered")


class Screen(Visitor):
    """A browser tab on the page Room, which can press what it shows."""

    def __init__(self, port: int, query: str) -> None:
        super().__init__(port, "room", query)
        self.buttons: dict[str, str] = {}  # ids by label, of the last run
        self.shown: list[str] = []  # texts of the last run of the page
        self.counted = 0
        self.link = ""

    def _look(self, message: ForwardMsg) -> None:
        super()._look(message)
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "markdown":
            body = element.markdown.body
            if body.startswith("### "):  # the first text of a pupil's run
                self.shown, self.buttons = [], {}
            self.shown.append(body)
            if found := COUNTED.search(body):
                self.counted = int(found[1])
        elif kind == "button":
            label = element.button.label.replace("\\", "").replace(WORD_JOINER, "")
            self.buttons[label] = element.button.id
        elif kind == "code" and CODE.search(element.code.code_text):
            self.link = element.code.code_text

    def has(self, text: str) -> bool:
        """Whether the last run of the page showed a text."""
        return any(text in one for one in self.shown)

    async def press(self, label: str) -> None:
        """Press a button."""
        message = BackMsg()
        wanted = message.rerun_script
        wanted.query_string = self._query
        wanted.page_name = self._page
        wanted.page_script_hash = self._hash
        pressed = wanted.widget_states.widgets.add()
        pressed.id, pressed.trigger_value = self.buttons[label], True
        assert self._socket is not None
        await self._socket.send(message.SerializeToString())


class Pupil:
    """A pupil, who may lose the connection and come back with the same token."""

    def __init__(self, port: int, code: str, number: int) -> None:
        self._port, self._query = port, f"room={code}&pupil={number:022d}"
        self.screen = Screen(port, self._query)
        self.waits: list[float] = []
        self.lost = 0

    async def come(self) -> None:
        """Open the page, as a new session."""
        self.screen = Screen(self._port, self._query)
        await self.screen.__aenter__()
        await self.screen.until(lambda: bool(self.screen.shown))

    async def leave(self) -> None:
        """Lose the connection."""
        await self.screen.__aexit__()

    async def answer(self, choices: tuple[str, ...]) -> None:
        """Tap on a choice, some time after the question came, and wait until it is shown."""
        await asyncio.sleep(random.uniform(0, ANSWER_SECONDS))
        await self.screen.until(lambda: all(one in self.screen.buttons for one in choices))
        asked = time.perf_counter()
        await self.screen.press(random.choice(choices))
        try:
            async with asyncio.timeout(LOST_SECONDS):
                await self.screen.until(lambda: self.screen.has("Your answer:"))
        except TimeoutError:
            self.lost += 1
            print(f"an answer was lost; the screen shows {self.screen.shown}")
        self.waits.append(time.perf_counter() - asked)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pupils", type=int, default=40)
    parser.add_argument("--minutes", type=float, default=10.0)
    given = parser.parse_args()
    random.seed(1)
    print(f"load of the machine at the start: {os.getloadavg()[0]:.1f}, cores: {os.cpu_count()}")
    with tempfile.TemporaryDirectory() as folder, running_app(Path(folder)) as (port, process):
        asyncio.run(measure(given.pupils, given.minutes, port, process))


async def measure(many: int, minutes: float, port: int, process: int) -> None:
    """Lead a room."""
    plan = find_plan(LESSON)
    assert plan is not None
    teacher = Screen(port, f"start={LESSON}")
    probe = Visitor(port, "map", "space=books")
    async with Together([teacher, probe]):
        await probe.until(lambda: probe.finished > 0)
        await teacher.until(lambda: "Start a room" in teacher.buttons)
        await teacher.press("Start a room")
        await teacher.until(lambda: bool(teacher.link) and "Next" in teacher.buttons)
        found = CODE.search(teacher.link)
        assert found is not None
        pupils = [Pupil(port, found["code"], number) for number in range(many)]
        came = time.perf_counter()
        await asyncio.gather(*(one.come() for one in pupils))
        print(f"{many} pupils join at once: all are in after {time.perf_counter() - came:.1f} s")
        steps: list[float] = []
        forgotten = dropped = 0
        used, began = seconds_used(process), time.perf_counter()
        answers = asyncio.create_task(answer_times(probe, seconds=minutes * 60 + PATIENCE))
        forward, at = True, 0
        last_drop = began
        while time.perf_counter() - began < minutes * 60:
            ends = asyncio.get_running_loop().time() + STEP_SECONDS
            question = plan.steps[at].question
            teacher.counted = 0
            if question is not None and question.choices:
                await asyncio.gather(*(one.answer(question.choices) for one in pupils))
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOST_SECONDS):
                        await teacher.until(lambda: teacher.counted == many)
            if time.perf_counter() - last_drop > 60 - STEP_SECONDS:
                last_drop = time.perf_counter()
                gone = random.sample(pupils, min(DROPPED, many))
                dropped += len(gone)
                await asyncio.gather(*(one.leave() for one in gone))
                await asyncio.sleep(DROP_SECONDS)
                await asyncio.gather(*(one.come() for one in gone))
                if question is not None and question.choices:
                    for one in gone:
                        with contextlib.suppress(TimeoutError):
                            async with asyncio.timeout(5):
                                await one.screen.until(kept(one.screen))
                        forgotten += not one.screen.has("Your answer:")
            await asyncio.sleep(max(0, ends - asyncio.get_running_loop().time()))
            forward = forward if 0 < at + (1 if forward else -1) < len(plan.steps) else not forward
            at += 1 if forward else -1
            title = f"### {plan.steps[at].title.split('?')[0]}"
            pressed = time.perf_counter()
            await teacher.press("Next" if forward else "Back")
            steps += await asyncio.gather(*(seen(one.screen, title, pressed) for one in pupils))
        answers.cancel()
        taken = time.perf_counter() - began
        share = (seconds_used(process) - used) / taken
        tell("from Next to a pupil's screen", steps, 2.0)
        tell("an answer counted", [wait for one in pupils for wait in one.waits], 1.0)
        tell("the Map meanwhile", probe.answers, 1.0)
        lost = sum(one.lost for one in pupils)
        print(f"{dropped} times a pupil was gone and came back: {forgotten} answers forgotten")
        print(f"{lost} of {sum(len(one.waits) for one in pupils)} taps lost")
        print(f"the web process used {share:.2f} of a core, over {taken / 60:.1f} minutes")
        for one in pupils:
            await one.leave()


def kept(screen: Screen) -> Callable[[], bool]:
    """Return what holds when a screen shows its own answer."""
    return lambda: screen.has("Your answer:")


async def seen(screen: Screen, title: str, since: float) -> float:
    """Wait until a screen shows a step, and return how long that took."""
    await screen.until(lambda: screen.has(title))
    return time.perf_counter() - since


def tell(name: str, times: list[float], goal: float) -> None:
    """Print the median, the 95th percentile and the longest of some times."""
    ordered = sorted(times)
    middle, late = (ordered[int(share * (len(ordered) - 1))] for share in (0.5, 0.95))
    print(
        f"{name}: {middle:.2f} s, 95 % within {late:.2f} s, at most {ordered[-1]:.2f} s of "
        f"{len(times)} (goal {goal:g} s)"
    )


def seconds_used(process: int) -> float:
    """Return the processor seconds of a process."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
