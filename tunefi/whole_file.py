"""Files that are there whole or not at all, whatever interrupts their writing.

Owns the way: a part beside the file, forced to the disk, put in its place in one step.
"""

import os
from pathlib import Path


def save_whole(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Write a text file, or leave the one that was there.

    Args:
        path: The file; its folder must be there.
        text: Its content, written as UTF-8.
        mode: Who may read it; 0o600 for what holds a secret. The umask applies too.

    Raises:
        OSError: It cannot be written, the disk is full; the old file is untouched.
    """
    part = path.with_name(f"{path.name}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
