"""“Facts”: whose facts (data.py), the four steps of the page (view.py, lesson.py)."""
