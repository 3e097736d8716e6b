"""What makes the demonstration alive: the real network, and fictional people and sessions around today.

Loading it again never changes a row that is there: it adds what is missing, and the days that have come within sight.
"""
