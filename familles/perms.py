"""What each role may do with what the public reads of this room, and with requests to be called.

| role                   | calendar            | articles            | questionnaires                  | requests    |
|------------------------|---------------------|---------------------|---------------------------------|-------------|
| animateur, responsable | –                   | –                   | –                               | see, answer |
| partenaire, pilote     | –                   | –                   | –                               | –           |
| médecin de PMI         | see                 | see, review         | see, set, publish (département) | –           |
| rédaction du réseau    | see, write, publish | see, write, publish | –                               | –           |
| administrateur réseau  | see                 | see                 | see, take away                  | –           |
"""

from __future__ import annotations

from familles.models import Article, DemandeRappel, QuestionnaireBienEtre, VersionJalon
from maisons.perms import ADMINISTRATION, MAISON, MEDECINE, REDACTION
from socle.models import PassagePurge
from socle.portee import declarer

LECTEURS = REDACTION | MEDECINE | ADMINISTRATION

declarer(VersionJalon, view=LECTEURS, change=REDACTION, publier=REDACTION)
# Whoever writes doesn't sign the review.
declarer(Article, view=LECTEURS, add=REDACTION, change=REDACTION, relire=MEDECINE, publier=REDACTION)
declarer(
    QuestionnaireBienEtre,
    view=MEDECINE | ADMINISTRATION,
    change=MEDECINE,
    publier=MEDECINE,
    retirer=MEDECINE | ADMINISTRATION,
)
declarer(DemandeRappel, view=MAISON, change=MAISON)
# Figures, for who answers for the data.
declarer(PassagePurge, view=ADMINISTRATION)
