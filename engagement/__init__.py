"""Fan rewards: who is trusted, who listened, and what each account earned, in exact integers.

Owns the rule of section 6 of the design: seeds, trust, points, the split and the ledger. Refuses to know
a clock, the network, a graph driver, any randomness, and how a ledger is signed or paid; any keeper that
runs it over the same snapshots gets the same ledger to the wei.
"""
