"""A labelled set for the matching of names: how people and services write a name, and names that are others.

Made from the HetRec artist names by a seed. Some names are kept out of the catalogue, as they are and as
variants: whatever they are matched to is wrong. Some of those are near misses of a name that is in it.
"""

import random
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from ingest.importers.names import core_artist, plain_form

_LETTERS = "abcdefghijklmnoprstuvwy"


@dataclass(frozen=True, slots=True)
class Case:
    """A name as a source writes it, and the one that is meant, or None where the catalogue has it not."""

    kind: str
    written: str
    meant: str | None


def _typo(name: str, draw: random.Random) -> str:
    place = draw.randrange(len(name))
    kind = draw.choice(("drop", "double", "swap", "other"))
    if kind == "drop":
        return name[:place] + name[place + 1 :]
    if kind == "double":
        return name[:place] + name[place] + name[place:]
    if kind == "swap" and place + 1 < len(name):
        return name[:place] + name[place + 1] + name[place] + name[place + 2 :]
    return name[:place] + draw.choice(_LETTERS) + name[place + 1 :]


def _bare(name: str, _draw: random.Random) -> str:
    letters = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in letters if not "\u0300" <= letter <= "\u036f")


def _without_punctuation(name: str, _draw: random.Random) -> str:
    return "".join(letter for letter in name if letter.isalnum() or letter.isspace()) or name


def _unseen(name: str, draw: random.Random) -> str:
    """With direction marks and zero-width letters."""
    place = draw.randrange(len(name) + 1)
    return "\u202a" + name[:place] + draw.choice("\u200b\u200d\u2060\ufeff") + name[place:] + "\u202c"


def _wide(name: str, _draw: random.Random) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in name)


VARIANTS: dict[str, Callable[[str, random.Random], str]] = {
    "as it is": lambda name, _: name,
    "case": lambda name, draw: draw.choice((name.upper(), name.lower(), name.title())),
    "decomposed": lambda name, _: unicodedata.normalize("NFD", name),
    "no diacritics": _bare,
    "no punctuation": _without_punctuation,
    "spaces": lambda name, _: f"  {name.replace(' ', '  ')} ",
    "unseen": _unseen,
    "full width": _wide,
    "and": lambda name, _: name.replace(" & ", " and ") if " & " in name else name.replace(" and ", " & "),
    "article": lambda name, _: name[4:] if name.lower().startswith("the ") else f"The {name}",
    "guest": lambda name, draw: name + draw.choice((" feat. Nobody", " ft. Some One", " (featuring X)")),
    "typo": _typo,
}
"""Ways in which the same artist is written."""

NEAR_MISSES: dict[str, Callable[[str, random.Random], str]] = {
    "number": lambda name, draw: f"{name} {draw.randrange(2, 9)}",
    "tribute": lambda name, _: f"{name} Tribute Band",
    "junior": lambda name, _: f"{name} Jr.",
    "karaoke": lambda name, _: f"Karaoke {name}",
    "other digits": lambda name, _: "".join("7" if d == "3" else "3" if d.isdigit() else d for d in name),
    "half": lambda name, _: name[: len(name) // 2].strip(),
}
"""Ways to write another artist almost like this one."""


def build_catalogue_names(names: list[str]) -> tuple[list[str], list[str]]:
    """Return the names of a catalogue, and those kept out of it: every fifth, unless it is spelt twice."""
    kept_in = [name for place, name in enumerate(names) if place % 5]
    forms = set().union(*map(_forms, kept_in))
    kept_out = [name for name in names[::5] if not _forms(name) & forms]
    return kept_in, kept_out


def build_cases(names: list[str], seed: int, sample: int) -> list[Case]:
    """Return cases with a known answer, half of them of names that the catalogue has not."""
    draw = random.Random(seed)
    kept_in, kept_out = build_catalogue_names(names)
    forms = {"", *set().union(*map(_forms, names))}
    cases: list[Case] = []
    for kind, vary in VARIANTS.items():
        written = [(name, vary(name, draw)) for name in draw.sample(kept_in, sample)]
        cases += [Case(kind, other, name) for name, other in written if _could_be_meant(name, other)]
        absent = draw.sample(kept_out, min(sample // 2, len(kept_out)))
        cases += [Case(f"absent, {kind}", vary(name, draw), None) for name in absent]
    for kind, vary in NEAR_MISSES.items():
        others = [vary(name, draw) for name in draw.sample(kept_in, sample)]
        cases += [Case(kind, other, None) for other in others if not _forms(other) & forms]
    return cases


def _forms(name: str) -> set[str]:
    return {plain_form(name), core_artist(name)}


def _could_be_meant(name: str, written: str) -> bool:
    """A name of signs alone, or of a letter or two, says nothing once it is changed."""
    return len(plain_form(name)) > 2 and bool(plain_form(written))
