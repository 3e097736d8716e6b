"""What each role may do with what the public reads of this room, and with requests to be called.

| role                      | calendar          | well-being questionnaires               | requests to be called |
|---------------------------|-------------------|-----------------------------------------|-----------------------|
| animateur, responsable    | see               | –                                       | see, answer           |
| partenaire, pilote        | see               | –                                       | –                     |
| médecin de PMI            | see               | see, set and publish (own département)  | –                     |
| rédaction du réseau       | see, write, publish | –                                     | –                     |
| administrateur du réseau  | see               | see, take away                          | –                     |
"""

from __future__ import annotations

from familles.models import DemandeRappel, Jalon, QuestionnaireBienEtre, VersionJalon
from maisons.perms import ADMINISTRATION, MAISON, MEDECINE, REDACTION, TOUS
from socle.portee import declarer

LECTEURS = TOUS | REDACTION | MEDECINE

declarer(Jalon, view=LECTEURS)
declarer(VersionJalon, view=LECTEURS, change=REDACTION, publier=REDACTION)
declarer(
    QuestionnaireBienEtre,
    view=MEDECINE | ADMINISTRATION,
    change=MEDECINE,
    publier=MEDECINE,
    retirer=MEDECINE | ADMINISTRATION,
)
declarer(DemandeRappel, view=MAISON, change=MAISON)
