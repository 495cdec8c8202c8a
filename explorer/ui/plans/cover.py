"""The cover over a page whose question nobody has answered yet."""

from __future__ import annotations

import streamlit as st

# What comes after the bar: blurred at once by the style, which needs no script. The sentence beside
# the page's heading may give the answer away, too.
STYLE = """<style>
.stMainBlockContainer .page-heading p { visibility: hidden; }
.stMainBlockContainer :is(.st-key-lesson-bar, :has(> .st-key-lesson-bar)) ~ * {
    filter: blur(14px); opacity: 0.6; pointer-events: none; user-select: none; }
</style>"""
# `inert` keeps keyboard and screen readers out as well; only a script can set it. What Streamlit
# draws later is covered too, and a bar that is gone or open uncovers all.
SCRIPT = """let watch = null; // called anew for other data, and only the last call is ended
export default ({ data }) => {
    watch?.disconnect();
    const bar = document.querySelector(".st-key-lesson-bar");
    if (!bar) return;
    let first = bar;
    while (first && !first.nextElementSibling) first = first.parentElement;
    const place = first?.parentElement;
    if (!place) return;
    const cover = () => {
        for (let one = first.nextElementSibling; one; one = one.nextElementSibling)
            one.inert = data === true;
    };
    cover();
    watch = new MutationObserver(cover);
    watch.observe(place, { childList: true });
    return () => {
        watch.disconnect();
        for (const one of place.children) one.inert = false;
    };
}"""
keep_out = st.components.v2.component("embedding-explorer-cover", js=SCRIPT)


def cover(*, covered: bool) -> None:
    """Cover what is drawn after the lesson's bar, or uncover it. Call it just after the bar."""
    if covered:
        st.html(STYLE)
    keep_out(key="lesson cover", data=covered, height=1)
