from typing import Any

from celery import Celery, Task


class Tache(Task):  # type: ignore[type-arg]
    """A task whose changes bear its name in the history."""

    def __call__(self, *args: Any, **options: Any) -> Any:
        # Models are not loaded yet when this module is.
        from socle import historique

        with historique.contexte(lambda: {"utilisateur": None, "page": f"tache:{self.name}"}):
            return super().__call__(*args, **options)


app = Celery("portail", task_cls=Tache)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
