"""The label: référentiels as data, and what houses show to be assessed under them."""
