"""A tiny data set in the files of HetRec Last.fm."""

import lzma
from pathlib import Path

FILES = {
    "artist_names.tsv": "id\tname\n1\tÄrtist\n2\t三船\n5\tCafé\n",
    "tags.dat": "tagID\ttagValue\n1\tmetal\n2\tcaf\xe9\n",
    "user_artists.dat": "userID\tartistID\tweight\n2\t1\t100\n2\t2\t30\n3\t5\t7\n9\t1\t1\n",
    "user_friends.dat": "userID\tfriendID\n2\t3\n3\t2\n9\t2\n2\t9\n",
    "user_taggedartists.dat": (
        "userID\tartistID\ttagID\tday\tmonth\tyear\n"
        "2\t1\t1\t1\t4\t2009\n3\t1\t1\t1\t4\t2009\n3\t5\t2\t1\t4\t2009\n3\t77\t2\t1\t4\t2009\n"
    ),
}


def write_hetrec(folder: Path, *, packed: bool = False) -> Path:
    """Write the files and return their folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in FILES.items():
        data = text.encode("latin-1" if name == "tags.dat" else "utf-8")
        if packed:
            (folder / f"{name}.xz").write_bytes(lzma.compress(data))
        else:
            (folder / name).write_bytes(data)
    return folder
