"""Measures the portal as it runs in the demonstration: `make bench`."""
