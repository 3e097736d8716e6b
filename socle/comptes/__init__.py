"""Accounts: who signs in and how, what a session is worth, how often one may try.

Teams sign in by password (or passkey) and a second factor; parents by a one-time code. allauth does the protocols,
these modules hold our rules.
"""
