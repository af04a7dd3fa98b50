"""The practice market: a small invented web site on loopback, to show and try the program on.

Its people, numbers and handles are invented. It is never a proof of accuracy.
"""
