"""HiGHS, the open solver of linear and integer programs, set so that the same question has the same answer."""

from __future__ import annotations

from typing import Any

import highspy


def nouveau_solveur(*, ecart: float = 1e-6) -> Any:
    """A silent solver on one thread; `ecart` is the gap at which a plan is called the best there is."""
    solveur: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    solveur.silent()
    for option, valeur in {"threads": 1, "random_seed": 0, "mip_rel_gap": ecart}.items():
        solveur.setOptionValue(option, valeur)
    return solveur
