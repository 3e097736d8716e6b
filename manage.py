#!/usr/bin/env python
"""Django's command line.

With no settings named, it uses the demonstration that runs (`make demo`) and otherwise the tests' settings,
which are enough for every command that needs no database.
"""

import os
import sys


def main() -> None:
    """Run a command."""
    without_database = False
    if "DJANGO_SETTINGS_MODULE" not in os.environ:
        # Named before the project is imported: Celery looks for it then.
        os.environ["DJANGO_SETTINGS_MODULE"] = "portail.settings.demo"
        if "DATABASE_URL" not in os.environ:
            from portail.embarque.state import running_environment

            if environment := running_environment():
                os.environ.update(environment)
            else:
                without_database = True
                os.environ["DJANGO_SETTINGS_MODULE"] = "portail.settings.test"

    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    try:
        execute_from_command_line(sys.argv)
    except OperationalError:
        if not without_database:
            raise
        sys.exit(
            "La démonstration ne tourne pas : lancez « make demo » dans un autre terminal, ou donnez DATABASE_URL."
        )


if __name__ == "__main__":
    main()
