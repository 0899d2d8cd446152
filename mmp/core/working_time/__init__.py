"""Working time: whose hours a day and its hours are, and what a date hits."""
