"""“Beyond words”: what its pages have in common (course.py), and a folder for each page."""
