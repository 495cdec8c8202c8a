"""Where a model computes, and in which precision: CUDA, then MPS, then the processor."""

from __future__ import annotations

import platform
from dataclasses import dataclass

from explorer.errors import EncodeError
from explorer.jobs.threads import cores
from explorer.wording import count

AUTO, EXACT, FAST = "auto", "exact", "fast"
SETTINGS = {
    EXACT: "the model's own vectors (float32)",
    FAST: "near to them, by half precision, where this device computes that faster",
}
PRECISIONS = {
    "float32": "exact, as the model was published",
    "bfloat16": "half the bits, the range of float32",
    "float16": "half the bits, more digits than bfloat16",
}


@dataclass(frozen=True)
class Device:
    """A device that torch computes on.

    Attributes
    ----------
    name
        torch's name: 'cuda', 'mps' or 'cpu'.
    title
        What people call it: 'NVIDIA H200', 'processor, 2 threads'.
    precisions
        Those it computes fast, the default first.
    """

    name: str
    title: str
    precisions: tuple[str, ...]


# Tokens per batch, padding included. On a CPU a batch should fit the caches: 1,024 to 4,096 took
# equally long, 8,192 twice as long. A GPU needs many to be busy; a batch too large is halved.
TOKEN_BUDGET = {"cpu": 2_048, "mps": 16_384, "cuda": 65_536}


def devices() -> tuple[Device, ...]:
    """Return what this machine can compute with, best first."""
    import torch

    found = []
    if torch.cuda.is_available():
        name = torch.cuda.get_device_name()
        found.append(Device("cuda", name, ("float16", "bfloat16", "float32")))
    if torch.backends.mps.is_available():
        found.append(Device("mps", f"{platform.machine()} GPU", ("float16", "float32")))
    exact_first = ("float32", "bfloat16") if has_fast_bfloat16() else ("float32",)
    threads = torch.get_num_threads()
    found.append(Device("cpu", f"processor, {count(threads, 'thread')}", exact_first))
    return tuple(found)


def use_all_cores() -> None:
    """Let torch use every core: Dask starts its workers with one thread."""
    import torch

    torch.set_num_threads(cores())


def choose_device(name: str = AUTO) -> Device:
    """Return the device of that name, or the best; raises EncodeError where it is not there."""
    found = devices()
    for device in found:
        if name in (AUTO, device.name):
            return device
    raise EncodeError(
        f"The device “{name}” is not there. This machine computes on: "
        f"{', '.join(f'{one.name} ({one.title})' for one in found)}."
    )


def choose_precision(device: Device, precision: str = AUTO) -> str:
    """Return the precision to compute in; raises EncodeError for an unknown one.

    `precision` is AUTO, a name from SETTINGS, or one from PRECISIONS, which is taken as it is.
    """
    if precision == AUTO:
        return device.precisions[0]
    if precision == FAST:
        return next((one for one in device.precisions if one != "float32"), "float32")
    if precision == EXACT:
        return "float32"
    if precision not in PRECISIONS:
        raise EncodeError(
            f"The precision “{precision}” is unknown. Choose {EXACT} or {FAST}; known by their "
            f"own names: {', '.join(PRECISIONS)}."
        )
    return precision


def has_fast_bfloat16() -> bool:
    """Return whether this CPU has bfloat16 instructions, and is faster by them than in float32."""
    import torch

    flags = torch.cpu.get_capabilities()
    if not any(flags.get(one, False) for one in ("avx512_bf16", "amx_bf16", "bf16")):
        return False
    from explorer.encoding.linear import is_bfloat16_faster

    return is_bfloat16_faster()
