"""The clock room: planning reminders, and the run that revokes a set."""
