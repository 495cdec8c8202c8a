"""“Molecules”: whose molecules (data.py), the steps (view.py, ask.py, judge.py, lesson.py)."""
