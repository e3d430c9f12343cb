"""Writes the demo programme to seed_data/ and, three weeks on, to seed_data/later/: python -m tests.demo_data [DIR]."""

import sys
from pathlib import Path

from .generate import programme, write_folder
from .later import write_later

SEED_DATA = Path(__file__).parents[2] / "seed_data"


def main() -> None:
    directory = Path(sys.argv[1]) if len(sys.argv) > 1 else SEED_DATA
    tables = programme()
    write_folder(directory, tables)
    write_later(directory / "later", tables)


if __name__ == "__main__":
    main()
