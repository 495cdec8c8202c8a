"""Opening a workspace file that a visitor drops: what it is, what it needs, and the button."""

from __future__ import annotations

import streamlit as st

from explorer import EmbeddingSpace, Workspace, open_space
from explorer.errors import ExplorerError, WorkspaceError
from explorer.formats.file import File, as_file
from explorer.ui.open.telling import tell
from explorer.ui.sets import kept
from explorer.ui.sets.take_home import NOT_OF_VIEW, looks
from explorer.ui.shell import address, spaces
from explorer.ui.shell.navigation import PAGES
from explorer.ui.shell.plain import plain
from explorer.wording import count
from explorer.workspace.file import with_space
from explorer.workspace.recipe import Recipe, read_recipe


def show_and_confirm(file: File) -> None:
    """Show what a workspace file holds; on confirmation open it as it was saved."""
    try:
        recipe = read_recipe(file)
        st.markdown(f"**{plain(file.name)}** is a **workspace** of {plain(recipe.told)}.")
        columns = st.columns(4)
        columns[0].metric("Sets", f"{len(recipe.annotations.sets):,}")
        columns[1].metric("Tags", f"{len(recipe.annotations.tags):,}")
        columns[2].metric("Settings of the view", f"{len(recipe.view) + len(recipe.look):,}")
        columns[3].metric("Vectors", "in the file" if recipe.has_vectors else "not in the file")
        for kind in ("sets", "tags"):
            names = list(recipe.annotations.of(kind))
            if names:
                more = f" and {len(names) - 8:,} more" if len(names) > 8 else ""
                st.caption(f"{kind.capitalize()}: {plain(', '.join(names[:8]))}{more}.")
        there = space_here(recipe)
        if there is None and not recipe.has_vectors and not file.beside:
            st.warning(
                f"It was saved without its vectors. Drop the file that it was made of as well, "
                f"{plain(file_wanted(recipe))}, beside this one.",
                icon=":material/attach_file:",
            )
            return
        if st.button("Open this workspace", type="primary", icon=":material/arrow_forward:"):
            with st.spinner(f"Opening {plain(file.name)} …"):
                open_workspace(opened(file, recipe, there))
    except ExplorerError as error:
        tell(error)


def space_here(recipe: Recipe) -> EmbeddingSpace | None:
    """Return the space of a workspace where this server has it: a sample, or one opened before."""
    for name in spaces.SAMPLES:
        if spaces.sample_space(name).digest == recipe.digest:
            return spaces.sample_space(name)
    found = spaces.opened_spaces().of_whole(recipe.digest)
    return found[1] if found else None


def file_wanted(recipe: Recipe) -> str:
    """Return the name of the file that a workspace was made of, and of those beside it."""
    given = dict(recipe.source.opened)
    return " and ".join([given.get("source", recipe.source.origin), *given.get("beside", [])])


def opened(file: File, recipe: Recipe, there: EmbeddingSpace | None) -> Workspace:
    """Return the workspace: with the space that is here, its own, or that of the file beside it.

    Raises
    ------
    WorkspaceError
        The file beside it holds another space.
    """
    if there is None and not recipe.has_vectors:
        options = dict(recipe.source.opened)
        wanted = str(options.pop("source", ""))
        options.pop("beside", None)
        main = next((one for one in file.beside if one.name == wanted), file.beside[0])
        rest = [one for one in file.beside if one is not main]
        there = open_space(as_file(main, rest), **options)
        if there.digest != recipe.digest:
            raise WorkspaceError(
                f"{main.name} holds other vectors than this workspace was made of: {recipe.told}. "
                "Drop that very file, with all files that were opened with it."
            )
    return with_space(file, recipe, there)


def open_workspace(work: Workspace) -> None:
    """Keep the sets and tags here, and show the Map as it was saved."""
    if spaces.is_sample(work.space):
        space_id = work.space.name
    else:
        space_id = spaces.opened_spaces().add(work.space)
    before = kept.kept_annotations(work.space)
    if before != work.annotations:
        kept.change(work.space, "open a workspace file", lambda _: work.annotations)
        if len(before):
            st.toast(
                f"{count(len(before), 'set or tag', 'sets and tags')} that you had of this space "
                "gave way to those of the file. Undo brings them back.",
                duration="long",
            )
    view = {name: value for name, value in work.view.items() if name not in NOT_OF_VIEW}
    address.choose_space(space_id)
    for name in (*address.VIEW, *address.ASKED, *view):
        st.session_state.pop(name, None)
    keys = looks(work.space)
    for key in keys.values():
        st.session_state.pop(key, None)
    st.session_state[kept.LOOK] = {
        key: work.look[name] for name, key in keys.items() if name in work.look
    }
    parameters = {**view, "space": space_id, **address.workspace_parameter()}
    st.switch_page(PAGES["map"].file, query_params=parameters)
