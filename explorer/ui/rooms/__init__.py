"""The page Room: the teacher's screen, the pupils' phones, and the bar on other pages."""
