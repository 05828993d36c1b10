"""The epoch: every list of a table, ranked and hashed into two trees.

Owns how table, exclusions and salts become leaves and openings. Refuses to know files (`bundle`,
`openings_file`) and signatures.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from commitments.commitment import EpochCommitment
from commitments.errors import EmptyEpoch, MalformedEpoch
from commitments.leaves import (
    LeafPlace,
    build_listener_leaves,
    build_track_leaves,
    opening_hash,
    opening_salt,
)
from commitments.merkle import MerkleTree, build_tree
from commitments.opening import Opening, pack_rows, pack_scores
from recsys.arrays import CsrRows
from recsys.exclusions import EXCLUDED_MAX
from recsys.rank import Ranking, rank_top_k
from recsys.table import EmbeddingTable
from tunefi.ids import Address, BlockNumber, ChainId, EpochId, Hash32, ListenerRow, LogPosition

LIST_LENGTH_MAX = 256
EPOCH_SECRET_BYTES_MIN = 32


@dataclass(frozen=True)
class EpochTerms:
    """Where and when an epoch is committed: everything of a commitment that is not computed.

    Attributes:
        chain_id: Chain of RecommendationGraph.
        recommendation_graph: Address of the contract.
        epoch: Number of the epoch.
        list_length: Length of a full list, 1 to 256.
        reference_block: Height that the snapshot covers.
        reference_hash: Hash of that block.
        keeper_set_version: Version of the keeper set that signs.
        valid_from: First second of the commit, Unix time.
        valid_until: Last second of the commit, Unix time.
        log_position: Head of the interaction log that the snapshot covers.
        log_hash: Hash at that head.
        generated: What in this epoch's input was made up, for people; empty where nothing was.
    """

    chain_id: ChainId
    recommendation_graph: Address
    epoch: EpochId
    list_length: int
    reference_block: BlockNumber
    reference_hash: Hash32
    keeper_set_version: int
    valid_from: int
    valid_until: int
    log_position: LogPosition
    log_hash: Hash32
    generated: str = ""

    @property
    def place(self) -> LeafPlace:
        """Where the leaves of this epoch count."""
        return LeafPlace(self.chain_id, self.recommendation_graph, self.epoch)


@dataclass(frozen=True, eq=False)
class Epoch:
    """A ranked and hashed epoch; build one with `build_epoch`.

    Attributes:
        terms: Where and when it is committed.
        table: Vectors of tracks and listeners.
        excluded: Rows never shown, by listener row.
        ranking: The lists, by listener row.
        salts: Salt of each opening, by listener row.
        opening_hashes: Hash of each opening, by listener row.
        track_tree: Tree over tracks, by row.
        listener_tree: Tree over listeners, by row.
    """

    terms: EpochTerms
    table: EmbeddingTable = field(repr=False)
    excluded: CsrRows = field(repr=False)
    ranking: Ranking = field(repr=False)
    salts: Sequence[bytes] = field(repr=False)
    opening_hashes: Sequence[Hash32] = field(repr=False)
    track_tree: MerkleTree = field(repr=False)
    listener_tree: MerkleTree = field(repr=False)

    def opening(self, row: ListenerRow) -> Opening:
        """Return the opening of one listener, which only that listener may see."""
        parts = _list_bytes(self.table, self.excluded, self.ranking, row)
        proof = self.listener_tree.proof(row)
        return Opening(self.table.listener_addresses[row], row, self.salts[row], *parts, proof=proof)

    def openings(self) -> Iterator[Opening]:
        """Yield the openings of all listeners by row."""
        for row in range(len(self.table.listener_addresses)):
            yield self.opening(ListenerRow(row))

    @cached_property
    def fields(self) -> dict[str, int]:
        """Counts and lengths that bundle and commitment both state."""
        return {
            "tracks": len(self.table.track_ids),
            "listeners": len(self.table.listener_addresses),
            "dimension": self.table.dimension,
            "list_length": self.terms.list_length,
        }

    def commitment(self, bundle_cid: str) -> EpochCommitment:
        """Return what keepers sign, once the bundle is saved and has a CID."""
        terms = self.terms
        return EpochCommitment(
            epoch=terms.epoch,
            track_root=self.track_tree.root,
            listener_root=self.listener_tree.root,
            **self.fields,
            snapshot_digest=self.table.snapshot_digest,
            model_digest=self.table.model_digest,
            reference_block=terms.reference_block,
            reference_hash=terms.reference_hash,
            keeper_set_version=terms.keeper_set_version,
            valid_from=terms.valid_from,
            valid_until=terms.valid_until,
            bundle_cid=bundle_cid,
        )


def build_epoch(table: EmbeddingTable, excluded: CsrRows, terms: EpochTerms, epoch_secret: bytes) -> Epoch:
    """Return the epoch of a table: all lists ranked, both trees built.

    Equal arguments give equal roots on any machine, so every keeper recomputes them.

    Args:
        table: Frozen vectors, rows in the order of commitments.
        excluded: Rows never to show, one set for each listener row (`recsys.exclusions`).
        terms: Where and when the epoch is committed.
        epoch_secret: Shared by the keepers, at least 32 bytes; whoever has it can test guesses of lists.

    Raises:
        EmptyEpoch: No tracks or no listeners.
        MalformedEpoch: A list length outside 1 to 256, too many exclusions, or a secret that is too short.
        MalformedRows: Exclusions that do not fit the table.
    """
    if not table.track_ids or not table.listener_addresses:
        raise EmptyEpoch(len(table.track_ids), len(table.listener_addresses))
    if not 1 <= terms.list_length <= LIST_LENGTH_MAX:
        raise MalformedEpoch("list length", f"{terms.list_length} is outside 1 to {LIST_LENGTH_MAX}")
    if len(epoch_secret) < EPOCH_SECRET_BYTES_MIN:
        raise MalformedEpoch("secret", f"needs at least {EPOCH_SECRET_BYTES_MIN} bytes")
    if int(excluded.counts().max(initial=0)) > EXCLUDED_MAX:
        raise MalformedEpoch("exclusions", f"a listener has more than {EXCLUDED_MAX}")
    ranking = rank_top_k(table.listener_vectors, table.track_vectors, excluded, terms.list_length)
    return hash_lists(table, excluded, ranking, terms, epoch_secret)


def hash_lists(
    table: EmbeddingTable, excluded: CsrRows, ranking: Ranking, terms: EpochTerms, epoch_secret: bytes
) -> Epoch:
    """Return the epoch of given lists, whether they are true or not: both trees over what is given.

    `build_epoch` gives it the lists that follow from the table; whoever shows what becomes of a false
    list gives it one.
    """
    salts = [opening_salt(epoch_secret, terms.place, address) for address in table.listener_addresses]
    hashes = [
        opening_hash(salt, *_list_bytes(table, excluded, ranking, row)) for row, salt in enumerate(salts)
    ]
    return Epoch(
        terms=terms,
        table=table,
        excluded=excluded,
        ranking=ranking,
        salts=salts,
        opening_hashes=hashes,
        track_tree=build_tree(build_track_leaves(terms.place, table.track_ids, table.track_vectors)),
        listener_tree=build_tree(build_listener_leaves(terms.place, table.listener_addresses, hashes)),
    )


def _list_bytes(
    table: EmbeddingTable, excluded: CsrRows, ranking: Ranking, row: int
) -> tuple[bytes, bytes, bytes, bytes]:
    """Return vector, excluded, rows and scores of a listener, in the order that the hash covers."""
    rows, scores = ranking.list_of(row)
    vector = table.listener_vectors[row].tobytes()
    return vector, pack_rows(excluded.row(row)), pack_rows(rows), pack_scores(scores)
