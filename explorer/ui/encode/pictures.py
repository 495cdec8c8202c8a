"""“Encode pictures”: which model, the start button, the progress and the result."""

from __future__ import annotations

import streamlit as st

from explorer.encoding.device import AUTO
from explorer.encoding.pictures.job import PictureOptions, PicturesMade
from explorer.encoding.pictures.models import OFFLINE, PICTURE_MODELS
from explorer.errors import ExplorerError
from explorer.formats.picture_files import PictureList
from explorer.pictures.column import pictures_of
from explorer.ui.encode import download, jobs, own_pictures
from explorer.ui.encode.model_choice import ANOTHER, device_title
from explorer.ui.open.telling import tell
from explorer.ui.shell import owner, progress
from explorer.ui.shell.navigation import open_map
from explorer.ui.shell.plain import plain
from explorer.ui.shell.spaces import opened_spaces
from explorer.wording import count

ORDERED = "pictures ordered"  # session state: the order
SHOWN = 14  # pictures of the result
LONGEST_NAME = 60


def ask_options() -> PictureOptions:
    """Draw the choice of the model and of the device."""
    known = [one for one in PICTURE_MODELS if one.offline or owner.is_allowed(one.name)]
    names = [one.name for one in known]
    choice = st.selectbox(
        "Model",
        [*names, *([ANOTHER] if owner.takes_other_models() else [])],
        key="picture model",
        persist_state="session",
    )
    for one in known:
        if one.name == choice:
            network = "works offline" if one.offline else "needs the network once"
            st.caption(
                f"{one.sentence}  \n{one.dim:,} dimensions · {one.megabytes} MB · {one.license} · "
                f"{network}"
            )
    if choice == ANOTHER:
        choice = st.text_input(
            "Its name on the hub, or its folder",
            placeholder="openai/clip-vit-large-patch14",
            key="other picture model",
            help="CLIP, SigLIP, DINOv2 or ViT, with weights as safetensors. Code that comes with "
            f"a model is never run. {download.size_limit()}",
        )
    with st.expander("Options", icon=":material/tune:"):
        found = jobs.devices_known()
        device = st.selectbox(
            "Device",
            [AUTO, *(one.name for one in found)],
            format_func=lambda name: device_title(name, found),
            key="picture device",
        )
    return PictureOptions((choice or "").strip() or OFFLINE, device)


def confirm(given: tuple[PictureList, str] | None, options: PictureOptions) -> None:
    """Draw the notes on what was dropped, the name field and the start button."""
    if given is None:
        return
    listed, usual = given
    for note in listed.notes:
        st.caption(f":material/info: {plain(note)}")
    of_name, of_button = st.columns([2, 1], vertical_alignment="bottom")
    named = of_name.text_input(
        "Name of the space", placeholder=usual, max_chars=LONGEST_NAME, key="pictures name"
    )
    label = f"Encode {count(len(listed.pictures), 'picture')}"
    if not of_button.button(
        label, type="primary", icon=":material/arrow_forward:", width="stretch"
    ):
        return
    order = own_pictures.order_for(listed, options, (named or "").strip() or usual)
    progress.come_back(order.key)
    st.session_state[ORDERED] = order


def show_work() -> None:
    """Show the session's encoding: its progress, its end, its result."""
    order = st.session_state.get(ORDERED)
    if order is None:
        return
    try:
        found = own_pictures.encoded(order, "pictures")
    except ExplorerError as error:
        tell(error)
        return
    if found is None:
        return
    made, space = found
    with st.container(border=True):
        text, button = st.columns([3, 1], vertical_alignment="center")
        text.markdown(f":material/check_circle: **{plain(order.name)}**: {what_was_done(made)}")
        if button.button(
            "See the map", type="primary", icon=":material/scatter_plot:", width="stretch"
        ):
            del st.session_state[ORDERED]
            open_map(opened_spaces().add(space))
        shown = [one for one in pictures_of(space, range(min(SHOWN, len(space)))) if one]
        st.image(shown, width=64)
        for note in space.notes:
            st.caption(f":material/info: {plain(note)}")


def what_was_done(made: PicturesMade) -> str:
    """Say how many pictures were encoded, how fast and where."""
    if not made.computed:
        return f"{count(made.read_back, 'picture')}; all were kept from before."
    told = f"**{made.computed:,}** went through the model"
    if made.seconds >= 0.1:
        told += f" in {made.seconds:,.1f} s"
    if made.read_back:
        told += f", **{made.read_back:,}** were kept from before"
    if made.left_out:
        told += f", **{made.left_out:,}** could not be opened"
    return f"{told}. On {made.device}, {made.precision}."


def ask() -> tuple[PictureList, str] | None:
    """Draw the uploader; return what was dropped."""
    try:
        return own_pictures.ask_pictures("Drop photos, or a zip of them", key="pictures dropped")
    except ExplorerError as error:
        tell(error)
        return None


def take(given: tuple[PictureList, str] | None, options: PictureOptions) -> None:
    """Draw what stands below the uploader."""
    try:
        confirm(given, options)
    except ExplorerError as error:
        tell(error)
    show_work()
