"""The whole programme: seeding, the demo, its clock mark and its secrets."""
