"""Referrals: the frozen packages of findings that go to an authority, one file an output format.

`dossier.py` has the values that all formats are written from, `gathering.py` takes them from the store, `composing.py`
has the table of the formats; `package.py` lays the files out as one zip that opens without this program, `checking.py`
proves one without a store, and `freezing.py` writes down in the store that it was made.
"""
