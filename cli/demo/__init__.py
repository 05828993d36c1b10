"""The demonstration: the whole loop on one machine, in six stages that resume.

Owns the order of the stages and what is made up for them (accounts, signed listens, stakes, purchases).
Everything that a stage does is done by the parts that a real installation runs.
"""
