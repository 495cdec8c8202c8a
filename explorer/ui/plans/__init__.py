"""The page Lessons: plans to take, challenges, sheets to print; and the bar above each step."""
