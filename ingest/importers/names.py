"""Names of artists and titles in the forms in which they are compared, from the strictest to the loosest.

    exact    as written, but for case, spaces and how letters are composed
    plain    without what people write differently: diacritics, punctuation, spaces, & and "and", full width
    core     words without what names no other recording: "feat. X", "(Remastered 2011)", "The"
    work     words without that and the kind of performance: "(Live)", "- Acoustic"

Owns the forms. Refuses to know a catalogue.
"""

import re
import unicodedata
from functools import lru_cache

_FOREIGN_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŋ": "n"}
)
_LATIN_MARKS = re.compile("[\u0300-\u036f]")
"""Only these: the marks of other scripts tell letters apart."""
_AND = re.compile(r"\s*[&+＆]\s*")
_WITHIN_WORDS = re.compile(r"['’‘ʼ`´.]")
_LEET = ((re.compile(r"\$(?=\w)|(?<=\w)\$"), "s"), (re.compile(r"(?<=\w)!(?=\w)"), "i"))
_FEATURING = r"(?:feat(?:uring)?|ft|f/|with|w/|prod(?:uced)? by)\b\.?"
_GUEST_BRACKET = re.compile(rf"[(\[{{]\s*{_FEATURING}[^)\]}}]*[)\]}}]", re.IGNORECASE)
_GUEST_TAIL = re.compile(r"\s+(?:feat(?:uring)?|ft)\b\.?\s.*$", re.IGNORECASE)
_EDITION = (
    r"(?:\d{4}\s+)?(?:digital(?:ly)?\s+)?(?:re-?master(?:ed|ing)?|explicit|clean|mono|stereo|bonus track|"
    r"album version|single version|radio edit|original mix|original version|deluxe(?: edition)?|"
    r"anniversary edition|expanded edition|\d+th anniversary)(?:\s+(?:version|edition|mix|remaster|\d{4}))*"
)
_VERSION = (
    r"(?:live|acoustic|unplugged|demo|session|rehearsal|outtake|alternate take|take \d+)\b[^-–—()\[\]{}]*|"
    r"[^-–—()\[\]{}]*\b(?:live|acoustic|unplugged|demo|session)(?:\s+version)?"
)
_ARTICLE = re.compile(r"^the\s+(?=\S)|,\s*the$", re.IGNORECASE)


@lru_cache(maxsize=1 << 12)
def exact_form(text: str) -> str:
    """Return the name but for case, spaces and composition."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


@lru_cache(maxsize=1 << 14)
def words_of(text: str) -> str:
    """Return the words of a name, in letters and digits alone; empty where it has none."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    visible = "".join(letter for letter in folded if unicodedata.category(letter) != "Cf")
    for sign, letter in _LEET:
        visible = sign.sub(letter, visible)
    spelled = _WITHIN_WORDS.sub("", _AND.sub(" and ", visible)).translate(_FOREIGN_LETTERS)
    bare = _LATIN_MARKS.sub("", unicodedata.normalize("NFKD", spelled))
    composed = unicodedata.normalize("NFC", bare)
    return " ".join("".join(letter if _is_kept(letter) else " " for letter in composed).split())


def plain_form(text: str) -> str:
    """Return letters and digits alone; empty where a name has none."""
    return words_of(text).replace(" ", "")


@lru_cache(maxsize=1 << 12)
def core_artist(text: str) -> str:
    """Return the words of an artist without guests and without its article."""
    return words_of(_ARTICLE.sub("", _without_guests(text).strip()))


@lru_cache(maxsize=1 << 12)
def core_title(text: str) -> str:
    """Return the words of a title without guests and without what only names an edition."""
    return words_of(_strip_labels(_without_guests(text), _EDITION_LABELS))


@lru_cache(maxsize=1 << 12)
def work_title(text: str) -> str:
    """Return the words of a title without what names another performance by the same artist."""
    return words_of(_strip_labels(_without_guests(text), _ALL_LABELS))


def frame_of(words: str) -> str:
    """Return what two names must have in common to be slips of one another.

    The first and last letter of each word, and all digits: a word more or less, another number, another
    beginning (Ryan, Bryan) or ending (Gorilla, Gorillaz) makes another name far more often than a slip.
    """
    ends = (word[0] + word[-1] for word in words.split())
    return " ".join((*ends, "".join(letter for letter in words if letter.isdigit())))


def _is_kept(letter: str) -> bool:
    return letter.isalnum() or unicodedata.category(letter)[0] == "M"


def _labels(words: str) -> re.Pattern[str]:
    """A label in brackets, or after a dash at the end."""
    return re.compile(rf"\s*(?:[(\[{{]\s*(?:{words})\s*[)\]}}]|\s[-–—]\s*(?:{words})\s*$)", re.IGNORECASE)


_EDITION_LABELS = _labels(_EDITION)
_ALL_LABELS = _labels(f"{_EDITION}|{_VERSION}")


def _without_guests(text: str) -> str:
    return _GUEST_TAIL.sub("", _GUEST_BRACKET.sub("", text))


def _strip_labels(text: str, labels: re.Pattern[str]) -> str:
    """Take labels away, from the end, as long as a name is left."""
    while (shorter := labels.sub("", text)) != text and words_of(shorter):
        text = shorter
    return text
