"""PostgreSQL and Valkey without installing a server, for the demonstration, the tests and the benchmarks.

Nothing here runs in production. `installer.py` is the only file that runs before the virtual environment
exists: it imports nothing but the standard library and keeps a syntax that old Pythons can read.
"""
