"""An artist's key says what is the artist's own and nothing else; the chain says whose that is."""

from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from graph_schema.store import GraphStore
from ingest.catalogue_records import ArtistRecord, LineageRecord, ReleaseRecord, TagRecord, TrackRecord
from ingest.catalogue_rights import read_claims
from ingest.entries import Catalogue, decode_entry, encode_entry
from ingest.interaction_log import InteractionLog
from ingest.known_subjects import KnownSubjects, LogCatalogue
from ingest.projector import LogProjector
from ingest.replication import Replication
from ingest.signatures import find_forgery, sign_catalogue
from ingest.validation import Reason, Refusal, Validator
from tests.kit.anvil import MNEMONIC
from tests.kit.entries import NOON
from tests.kit.graphs import Writer, edges
from tests.kit.rows import read_all_rows
from tests.kit.wiped_graphs import open_small_ladybug
from tunefi.chain.signing import Signer, derive_signers
from tunefi.ids import ArtistId, ChainId, TrackId

CHAIN = ChainId(31337)
OPERATOR, ARTIST, OTHER = derive_signers(MNEMONIC, 3)
MINE, THEIRS = ArtistId("artist:1"), ArtistId("artist:2")
ISRC = "isrc:USSM10804556"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def graph(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[GraphStore]:
    """The chain says who controls two artists, and that `track:minted` is of the second."""
    store = await open_small_ladybug(tmp_path_factory.mktemp("rights") / "graph")
    controls = edges(
        "CONTROLS", "Account", "Artist", source=[ARTIST.address, OTHER.address], target=[MINE, THEIRS]
    )
    minted = edges("CREATED", "Artist", "Track", source=[THEIRS], target=["track:minted"], minted=[True])
    await Writer(store, f"chain:{CHAIN}").write(controls, minted)
    yield store
    await store.close()


def track(track_id: str, artist: ArtistId = MINE, known_as: tuple[str, ...] = ()) -> TrackRecord:
    return TrackRecord(TrackId(track_id), artist, f"Title of {track_id}", 180, known_as=known_as)


def known() -> KnownSubjects:
    """The operator has catalogued one track and one release of each artist."""
    found = KnownSubjects()
    found.add(
        Catalogue(
            bytes(32),
            NOON,
            (ArtistRecord(MINE, "Me"), ArtistRecord(THEIRS, "They")),
            (track("track:mine"), track("track:theirs", THEIRS, (ISRC,))),
            releases=(ReleaseRecord("release:theirs", THEIRS, "Theirs", None, ()),),
        )
    )
    return found


def entry(signer: Signer = ARTIST, **content: Any) -> Catalogue:
    """What an artist says, signed."""
    said = Catalogue(b"\x07" * 32, NOON, author=ARTIST.address, **content)
    return sign_catalogue(said, signer, CHAIN)


def release(release_id: str = "release:mine", artist: ArtistId = MINE, *tracks: str) -> ReleaseRecord:
    return ReleaseRecord(release_id, artist, "An album", NOON, tuple(map(TrackId, tracks)))


async def judge(graph: GraphStore, said: Catalogue) -> Catalogue | Refusal:
    subjects = known()
    validator = Validator(CHAIN, subjects, frozenset({OPERATOR.address}))
    return validator.judge_catalogue(said, await read_claims(graph, said, subjects))


OWN: dict[str, dict[str, Any]] = {
    "its name": {"artists": (ArtistRecord(MINE, "My new name"),)},
    "a new track": {"tracks": (track("track:new", MINE, ("isrc:GBARL9300135",)),)},
    "a title": {"tracks": (track("track:mine"),)},
    "a release": {"releases": (release("release:mine", MINE, "track:mine"),)},
    "a track and its release": {
        "tracks": (track("track:new"),),
        "releases": (release("release:mine", MINE, "track:new"),),
    },
    "a remix of another's": {"lineage": (LineageRecord(TrackId("track:mine"), TrackId("track:theirs")),)},
}
FOREIGN: dict[str, dict[str, Any]] = {
    "another's name": {"artists": (ArtistRecord(THEIRS, "Stolen"),)},
    "an artist the chain does not know": {"artists": (ArtistRecord(ArtistId("artist:9"), "New"),)},
    "another's track": {"tracks": (track("track:theirs", THEIRS),)},
    "another's track as its own": {"tracks": (track("track:theirs"),)},
    "a track that another minted": {"tracks": (track("track:minted"),)},
    "another's recording": {"tracks": (track("track:new", MINE, (ISRC,)),)},
    "another's release": {"releases": (release("release:theirs"),)},
    "another's track on its release": {"releases": (release("release:mine", MINE, "track:theirs"),)},
    "that another's is a remix": {
        "lineage": (LineageRecord(TrackId("track:theirs"), TrackId("track:mine")),)
    },
    "what others tagged": {"tags": (TagRecord("Track", "track:mine", "great", 1_000),)},
}


@pytest.mark.parametrize("what", OWN)
async def test_an_artist_says_its_own(graph: GraphStore, what: str) -> None:
    said = entry(**OWN[what])
    assert await judge(graph, said) == said
    assert decode_entry(encode_entry(said)) == said


@pytest.mark.parametrize("what", FOREIGN)
async def test_an_artist_does_not_say(graph: GraphStore, what: str) -> None:
    verdict = await judge(graph, entry(**FOREIGN[what]))
    assert isinstance(verdict, Refusal)
    assert verdict.reason is Reason.NOT_THE_ARTISTS


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (entry(OTHER, **OWN["its name"]), Reason.BAD_SIGNATURE),
        (replace(entry(**OWN["its name"]), author=OTHER.address), Reason.BAD_SIGNATURE),
        (replace(entry(**OWN["its name"]), author=None), Reason.NOT_OPERATOR),
        (replace(entry(**OWN["its name"]), signature=None), Reason.BAD_SIGNATURE),
        (entry(releases=(release("release:mine", MINE, "track:nowhere"),)), Reason.UNKNOWN_TRACK),
        (entry(releases=(release("\u202erelease"),)), Reason.MALFORMED),
        (entry(lineage=(LineageRecord(TrackId("track:mine"), TrackId("track:mine")),)), Reason.MALFORMED),
    ],
)
async def test_who_signs_and_what_is_named_must_be_right(
    graph: GraphStore, said: Catalogue, reason: Reason
) -> None:
    verdict = await judge(graph, said)
    assert isinstance(verdict, Refusal)
    assert verdict.reason is reason


async def test_the_operator_says_all_of_it(graph: GraphStore) -> None:
    for content in (*OWN.values(), *FOREIGN.values()):
        said = sign_catalogue(Catalogue(b"\x07" * 32, NOON, **content), OPERATOR, CHAIN)
        assert await judge(graph, said) == said


async def test_titles_releases_and_lineage_come_into_the_graph_and_to_another_keeper(
    graph: GraphStore, tmp_path: Path
) -> None:
    log, replica = (InteractionLog.at_path(tmp_path / f"{name}.sqlite") for name in ("log", "replica"))
    said = entry(
        tracks=(track("track:1"), track("track:2")),
        releases=(release("release:mine", MINE, "track:1", "track:2"),),
        lineage=(LineageRecord(TrackId("track:2"), TrackId("track:1")),),
    )
    log.append([said])
    await LogProjector(log, graph).project()
    rows = await read_all_rows(graph)
    assert [(row["title"], row["released_at"]) for row in rows["Release"]] == [("An album", NOON)]
    assert [(row["source"], row["target"]) for row in rows["RELEASED_ON"]] == [
        ("track:1", "release:mine"),
        ("track:2", "release:mine"),
    ]
    assert [(row["source"], row["target"]) for row in rows["DERIVED_FROM"]] == [("track:2", "track:1")]
    witness = partial(find_forgery, chain_id=CHAIN, operators=frozenset({OPERATOR.address}))
    work = Replication(log, replica, witness)
    while work.run_page():
        pass
    assert replica.head() == log.head()
    assert witness(replace(said, author=OTHER.address)) == f"its signature is not that of {OTHER.address}"
    assert log.find_deletions(log.head().position) == []
    for one in (log, replica):
        one.close()


async def test_a_service_learns_what_another_program_appends(tmp_path: Path) -> None:
    log = InteractionLog.at_path(tmp_path / "log.sqlite")
    catalogue = LogCatalogue(log)
    catalogue.refresh()
    log.append([entry(tracks=(track("track:1"),))])
    catalogue.refresh()
    assert catalogue.known.creators == {"track:1": MINE}
    assert list(catalogue.read_new()) == []
    log.close()
