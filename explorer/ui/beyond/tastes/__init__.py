"""“Tastes”: whose tastes (data.py, films.py), the steps (view.py, points.py, ask.py, lesson.py)."""
