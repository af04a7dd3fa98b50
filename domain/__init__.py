"""The values that flow through Tipstaff. Standard library only; nothing here does any I/O.

Source → Page → Post → Signal. What has identity and a life of its own (a watched source, a finding)
is a table in `store`; what moves between the rooms is a frozen dataclass from here.
"""
