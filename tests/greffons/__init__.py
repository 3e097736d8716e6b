"""Pytest plugins of this project; pyproject.toml loads them before pytest-django reads the settings."""
