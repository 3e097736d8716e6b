"""The family's companion: the calendar of the 1000 days and where each of its milestones leads."""
