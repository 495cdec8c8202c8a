"""“Watch it learn”: what is chosen (lesson.py, texts.py), how the film plays (playback.py), what is
seen of it (stage.py), and training for real (real.py)."""
