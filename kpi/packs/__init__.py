"""Role packs: the shipped cards of each role, one file each under `roles`, and category variants.

Every role has a card for the US and one for the EU. The US profile favours conversion and pace, the
EU profile compliance and steady growth; read by `kpi.pack_reading`.
"""
