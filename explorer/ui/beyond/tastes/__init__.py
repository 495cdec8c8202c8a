"""“Tastes”: whose tastes (data.py, films.py), the steps of the page (view.py, ask.py, lesson.py)."""
