"""The place in a visitor's film, and the job that makes its next frames.

`at` is the place in the film. The slider and all curves end at `seen`, the last frame that was
shown, however far ahead the job has learned.
"""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass
from functools import partial

import streamlit as st

from explorer.errors import ExplorerError
from explorer.jobs.pool import Job
from explorer.training import runs
from explorer.training.film import Film, TrainingFrame
from explorer.training.runs import Run
from explorer.ui.shell import address
from explorer.ui.shell.progress import jobs, visitor

TICK_SECONDS = 0.6  # a frame a tick: the eye can follow
TURN_SECONDS = 4.0  # of learning, after which whoever else waits has a turn
STEP_SECONDS = 60  # to wait for a single step
PLAYBACK = "playback"  # session state: the visitor's film


@dataclass
class Playback:
    """A film in one visitor's hands.

    Attributes
    ----------
    film
        The run with the frames that are there.
    at
        The number of the frame that is shown.
    seen
        The number of the last frame that has been shown.
    playing
        Whether it goes on by itself.
    moves
        How often anything but the slider changed the place. Each change gives the slider a new key:
        one that was set from Python would report its old value once more, as if the visitor had
        dragged it there.
    """

    film: Film
    at: int = 0
    seen: int = 0
    playing: bool = False
    moves: int = 0
    ticked: float | None = None
    job_key: str = ""
    problem: str = ""

    @property
    def run(self) -> Run:
        """The run that is filmed."""
        return self.film.run

    @property
    def last(self) -> int:
        """The number of the last frame that is there."""
        return len(self.film.frames) - 1

    @property
    def frame(self) -> TrainingFrame:
        """The frame that is shown."""
        return self.film.frames[self.at]

    @property
    def frames(self) -> list[TrainingFrame]:
        """The frames that have been shown."""
        return self.film.frames[: self.seen + 1]

    @property
    def is_done(self) -> bool:
        """Whether nothing comes after the frame that is shown."""
        return self.run.is_over and self.at == self.last

    @property
    def job(self) -> Job | None:
        """The job that learns, or learned last."""
        return jobs().find(self.job_key)

    def show(self, frame: int) -> None:
        """Show a frame."""
        self.at = max(0, min(frame, self.last))
        self.seen = max(self.seen, self.at)

    def play(self, start: int | None = None) -> None:
        """Play from a frame, or go on from the one that is shown."""
        self.problem = ""
        self.moves += 1
        self.playing, self.ticked = True, None
        job = self.job
        if job is not None and job.state.is_over:
            self.job_key = ""  # retry a failed job
        if start is not None:
            self.show(start)

    def pause(self) -> None:
        """Stop playing, and learning."""
        self.moves += 1
        self.playing = False
        job, self.job_key = self.job, ""
        if job is not None and not job.state.is_over:
            job.leave(visitor())  # cancelled when nobody else watches it

    def step(self) -> None:
        """Stop at the next frame; learn it first if it is not there yet."""
        self.pause()
        self.problem = ""
        self.film.update()
        if self.at == self.last and not self.run.is_over:
            until = self.run.next_frame(self.frame.step)
            try:
                self.learn(until).result(timeout=STEP_SECONDS)
            except ExplorerError as error:
                self.problem = str(error)
            self.film.update()
        self.show(self.at + 1)

    def tick(self) -> None:
        """Advance by one frame, or by several where drawing one takes longer than a tick."""
        self.film.update()
        now = time.monotonic()
        waited = TICK_SECONDS if self.ticked is None else now - self.ticked
        self.ticked = now
        job = self.job
        if not self.run.is_over and (job is None or has_ended(job)):
            job = self.learn(self.run.steps)
        self.show(self.at + max(1, round(waited / TICK_SECONDS)))
        if self.at == self.last and (self.run.is_over or job is None or job.state.is_over):
            self.film.update()  # a frame may have come since the first look
            self.playing = self.at < self.last
            if job is not None and job.state.state == "failed":
                self.problem = job.state.error

    def learn(self, until: int) -> Job:
        """Go on with the run for a turn, up to a step at the most, outside this process."""
        job = learning(self.run, until)
        self.job_key = job.key
        job.watch(visitor())  # so that closing the tab cancels it
        return job


def has_ended(job: Job) -> bool:
    """Return whether a job's turn is over, or it was cancelled while its tab was hidden."""
    return job.state.state != "failed" and (job.state.is_over or not job.watch(visitor()))


def learning(run: Run, until: int, seconds: float = 0.0) -> Job:
    """Learn a run for a turn, or join who does; `seconds` as for `Jobs.submit`.

    In turns, because a run takes longer than a film: in a class with more runs than workers each
    film goes on every few seconds, and what is small never waits for a whole run.
    """
    # all who play a run share its job; one that is over must not be joined
    for number in itertools.count():
        key = f"{run.id}-{until}-{number}"
        job = jobs().find(key)
        if job is None or not job.state.is_over:
            break
    a_turn = partial(runs.train, seconds=TURN_SECONDS)
    return jobs().submit(key, a_turn, str(run.folder), until, seconds=seconds)


def start(run: Run) -> None:
    """Play a new run from its first frame on; what played before is stopped."""
    stop()
    film = Film(run)
    film.update()
    st.session_state[PLAYBACK] = Playback(film, playing=True)
    address.change("run", run.id)


def stop() -> None:
    """Stop whatever this visitor's run is computing."""
    kept: Playback | None = st.session_state.pop(PLAYBACK, None)
    if kept is not None:
        kept.pause()


def named_run() -> str | None:
    """Return the id of the run that the address names."""
    run_id: str | None = st.query_params.get("run")
    return run_id


def current() -> Playback | None:
    """Return the film of the run that the address names, opened where it ends; None without.

    A run that is not kept any more is told.
    """
    run_id = named_run()
    if run_id is None:
        return None
    kept: Playback | None = st.session_state.get(PLAYBACK)
    if kept is not None and kept.run.id == run_id:
        return kept
    run = runs.open_run(run_id)
    film = None if run is None else Film(run)
    if film is not None:
        film.update()
    if film is None or not film.frames:
        st.warning(
            "The run of this link is not kept here, or no longer. Start a new one: the same seed "
            "gives the same run.",
            icon=":material/link_off:",
        )
        return None
    kept = st.session_state[PLAYBACK] = Playback(film)
    kept.show(kept.last)
    return kept
