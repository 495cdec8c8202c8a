"""What all visitors share when they encode: the jobs, and the spaces that they made."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from explorer.encoding import job as encoding_job
from explorer.encoding.device import Device
from explorer.jobs.pool import Jobs


@dataclass(frozen=True, eq=False)
class Encodings:
    """The jobs, which share one loaded model, and the spaces that they made."""

    jobs: Jobs = field(default_factory=encoding_job.encoding_jobs)
    downloads: Jobs = field(default_factory=encoding_job.download_jobs)
    spaces: dict[str, str] = field(default_factory=dict)  # a job's key: the space's id


@st.cache_resource(show_spinner=False)
def encodings() -> Encodings:
    """Return this server's encoding jobs."""
    made = Encodings()
    made.jobs.look_after()
    made.downloads.look_after()
    return made


def devices_known() -> tuple[Device, ...]:
    """Return the worker's devices; empty until the worker has reported them."""
    job = encodings().jobs.submit("devices", encoding_job.worker_devices)
    return job.result() if job.state.state == "done" else ()
