"""“Watch it learn”: the lesson's settings (choice.py, own_text.py), the place in the film
(playback.py), its buttons, map and curves (view.py), and training for real (gensim_run.py)."""
