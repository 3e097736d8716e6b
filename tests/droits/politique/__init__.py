"""Who may ask for which address: ONE policy table, one file an app or namespace.

A new address makes the matrix fail until it has its line here. To add one:

1. Find the file of the address's app or namespace, or add one with a `REGLES` of its own: it is found by itself.
2. Add `"espace:nom": …` with a policy of tests/droits/regles.py (its first lines list them); a ModelAdmin is one
   line, `**modele("app.modele", "cible", …)`, that stands for its six addresses.
3. `cible` is what tests/droits/monde.py calls the row of the address: give a new model a row in `foyer()` there.
4. `pytest tests/droits/test_matrice.py -k nom` tells what each person gets where that differs from the table. Look
   whether the table or the portal is wrong.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from tests.droits.regles import Regles

POLITIQUE: Regles = {}
FICHIERS: dict[str, str] = {}

for _module in iter_modules(__path__):
    for _cle, _regle in import_module(f"{__name__}.{_module.name}").REGLES.items():
        if _cle in POLITIQUE:
            raise ValueError(f"{_cle} has two policies: {FICHIERS[_cle]} and {_module.name}.py")
        POLITIQUE[_cle], FICHIERS[_cle] = _regle, f"{_module.name}.py"
