"""Measures the figures promised in the docs, prints them as a table, and fails if one is missed."""

import sys

from tests.bench import feeds, groups, mail, pages, people, slots

BENCHES = {
    "feeds": feeds.measure,
    "groups": groups.measure_all,
    "mail": mail.measure,
    "pages": pages.measure,
    "people": people.measure,
    "slots": slots.measure,
}


def main(names: list[str]) -> int:
    """Run the named benches, or all."""
    print("| what | measured | at most | reached |\n|---|---|---|---|", flush=True)
    missed = 0
    for name in names or BENCHES:
        for figure in BENCHES[name]():
            print(figure, flush=True)
            missed += not figure.reached
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
