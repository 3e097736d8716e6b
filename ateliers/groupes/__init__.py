"""Groups of parents whose babies are the same age.

`regles` says who fits where, in pure functions; `demandes` and `places` are the way from a request to a place;
`cohortes` makes, changes and closes groups and plans their meetings by the series engine; `vie` is what members do;
`naissances` follows a due date to its birth, and stops everything when asked; `bilans` is anonymous and apart;
`composition` proposes groups from those who wait.

Locks, in this order: the family's row, the group's, the request's, the sessions' by primary key.
"""
