"""Composing groups from those who wait: the portal proposes, the facilitator moves by hand, then validates.

`modele` says what is asked and what is proposed, in plain values; `candidats` lists the groups that could exist;
`optimisation` chooses among them; `gloutonne` is the simple way one would do it by hand, to compare with;
`brouillons` keeps a proposal, its moves and its validation.
"""
