"""Windows between a phone and a laptop: 1280 pixels at 150 % browser zoom are 853.

Below 640 pixels Streamlit itself puts columns below each other.
"""

from __future__ import annotations

STYLE = """<style>
@media (min-width: 641px) and (max-width: 900px) {
    .stSidebar[aria-expanded="true"] { min-width: 14rem; max-width: 14rem; }
    .stMainBlockContainer { padding-inline: 1.25rem; }
    /* Choices wrap, and nothing of a button is cut. */
    .stMain [data-testid="stButtonGroup"] [role="radiogroup"] { flex-wrap: wrap !important;
        overflow: visible !important; mask-image: none !important; row-gap: 0.25rem; }
    .stMain :is(button, a) p { white-space: normal; overflow: visible; line-height: 1.2; }
    .stMain [data-testid="stMetricLabel"] :is(div, p) { white-space: normal; overflow: visible; }
    /* Columns go below each other, those of controls later than those of texts and pictures. */
    .stMain [data-testid="stHorizontalBlock"] { flex-wrap: wrap; }
    .stMain [data-testid="stHorizontalBlock"] > [data-testid="stColumn"] {
        min-width: min(100%, 5.5rem); }
    .stMain [data-testid="stHorizontalBlock"] > [data-testid="stColumn"]:has(
        .stDataFrame, [class*="st-key-door-plan"]) { min-width: min(100%, 11rem); }
    .stMain [data-testid="stHorizontalBlock"]:not(:has(button, input, [role="slider"], .stMetric))
        > [data-testid="stColumn"] { min-width: min(100%, 24rem); }
    /* The Map's controls take what they need, as on a phone. */
    .stMainBlockContainer:has(.page-map) .stHorizontalBlock:has(> .stColumn:nth-child(3)) {
        gap: 0.5rem; }
    .stMainBlockContainer:has(.page-map) .stHorizontalBlock:has(> .stColumn:nth-child(3))
        > .stColumn { min-width: 0; width: auto; flex: 1 1 auto; }
    /* A line of Check stays one line. */
    .stMainBlockContainer:has(.page-check) [data-testid="stHorizontalBlock"] {
        flex-wrap: nowrap; }
    .stMainBlockContainer:has(.page-check) [data-testid="stHorizontalBlock"]
        > [data-testid="stColumn"] { min-width: 0 !important; }
    .stMainBlockContainer:has(.page-check) [data-testid="stHorizontalBlock"]
        > [data-testid="stColumn"]:has(button) { min-width: 6rem !important; }
}
</style>"""
