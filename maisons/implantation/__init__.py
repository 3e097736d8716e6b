"""Where the next houses should open: the best k sites among communes, proven with a gap by a solver (HiGHS).

Plain data in and out: `donnees` reads the database, the rest knows neither the database nor the clock.
"""
