"""A program that appends batches of 50 listens to a log until it is killed; prints each acknowledged head."""

import sys

from ingest.interaction_log import InteractionLog
from tests.kit.entries import build_listen


def main() -> None:
    """Append without end."""
    log = InteractionLog(sys.argv[1])
    number = 0
    while True:
        receipts = log.append([build_listen(number + offset) for offset in range(50)])
        number += 50
        print(receipts[-1].position, flush=True)


if __name__ == "__main__":
    main()
