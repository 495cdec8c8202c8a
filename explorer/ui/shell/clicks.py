"""Two clicks before an answer count in their order.

A request of the browser that comes before a run has read the one before it is joined with that:
Streamlit takes what the later one holds, then the buttons that only the earlier one pressed, and
calls their callbacks in this order. So the earlier of two clicks came last: who tapped another
answer at once had given the first one. `install` wraps the function that joins them;
`tests/ui/test_clicks.py` fails if that changes.
"""

from __future__ import annotations

from functools import wraps

from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner_utils import script_requests

JOIN = "_coalesce_widget_states"  # Streamlit's: joins two requests


def install() -> None:
    """Have all sessions of this process keep the order from now on, once."""
    join = getattr(script_requests, JOIN)
    if hasattr(join, "orders"):
        return

    @wraps(join)
    def joined(earlier: WidgetStates | None, later: WidgetStates | None) -> WidgetStates | None:
        found: WidgetStates | None = join(earlier, later)
        if found is None or later is None:
            return found
        of_later = {one.id for one in later.widgets}
        ordered = WidgetStates()
        ordered.widgets.extend(sorted(found.widgets, key=lambda one: one.id in of_later))
        return ordered

    joined.orders = True  # type: ignore[attr-defined]
    setattr(script_requests, JOIN, joined)
