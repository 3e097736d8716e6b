"""When what people wrote may be read: by batches of enough of them, never one by one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from enquetes.models import TexteLibre
from enquetes.models.reponses import bornes
from tests.enquetes import fabrique
from tests.factories import dans


@pytest.mark.django_db
def test_texts_come_out_by_batches_of_enough_people() -> None:
    """What comes out the week after somebody's visit would be theirs, however many answered before."""
    campagne = fabrique.campagne()
    fabrique.texte(campagne, "Premier mot")
    fabrique.texte(campagne, "Mot d'après", il_y_a=2)
    fabrique.repondre_au_hasard(campagne, 11, graine=1, semaines=[fabrique.semaine(3)])
    fabrique.repondre_au_hasard(campagne, 1, graine=1, semaines=[fabrique.semaine(2)])
    lisibles = TexteLibre.objects.lisibles(le=dans().date())
    assert [t.texte for t in lisibles] == ["Premier mot"]
    fabrique.repondre_au_hasard(campagne, 10, graine=1, semaines=[fabrique.semaine(1)])
    lisibles = TexteLibre.objects.lisibles(le=dans().date())
    assert {t.texte for t in lisibles} == {"Premier mot", "Mot d'après"}


@pytest.mark.parametrize(
    ("comptes", "commune", "par_maison"),
    [
        ([], None, {}),
        ([(1, 7, 10)], None, {}),
        ([(1, 7, 11)], 1, {7: 1}),
        ([(1, 7, 11), (2, 7, 10)], 1, {7: 1}),
        ([(1, 7, 11), (2, 7, 6), (2, 8, 5)], 2, {7: 1}),
        # Each house waits for eleven of its own.
        ([(1, 7, 6), (1, 8, 5), (2, 7, 6), (2, 8, 5)], 2, {7: 2}),
        ([(1, 7, 10), (2, 8, 11), (3, 7, 1)], 2, {8: 2}),
    ],
)
def test_a_batch_is_whole_weeks_with_enough_new_answers(
    comptes: list[tuple[int, int | None, int]], commune: int | None, par_maison: dict[int, int]
) -> None:
    semaines = [date(2026, 6, 1) + timedelta(weeks=n) for n in range(4)]
    trouvees = bornes([(semaines[s], maison, n) for s, maison, n in comptes], seuil=11)
    assert trouvees.commune == (commune and semaines[commune])
    assert trouvees.par_maison == {maison: semaines[s] for maison, s in par_maison.items()}
