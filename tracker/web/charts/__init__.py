"""Charts: the wall, each alone, their files and their words."""
