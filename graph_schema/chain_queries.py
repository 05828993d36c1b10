"""The questions about what happened on the chain: challenges, sales, proposals.

Owns their Cypher, which both stores speak. Refuses to know HTTP, and to ask the chain.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from graph_schema.store import GraphStore


async def read_challenges(store: GraphStore, limit: int = 50) -> list[dict[str, Any]]:
    """Return won challenges and demands, the latest first: challenge_id, kind, state, at, by, epoch,
    bounty_to, bounty_wei, burned_wei, and `slashed`, rows with keeper and amount_wei, by keeper."""
    rows = await store.query(
        "MATCH (a:Account)-[:CHALLENGED]->(c:Challenge) "
        "OPTIONAL MATCH (c)-[:CHALLENGED]->(e:Epoch) "
        "RETURN c.challenge_id AS challenge_id, c.kind AS kind, c.state AS state, c.at AS at, "
        "a.address AS by, e.number AS epoch, c.bounty_to AS bounty_to, c.bounty_wei AS bounty_wei, "
        "c.burned_wei AS burned_wei ORDER BY at DESC, challenge_id LIMIT $limit",
        {"limit": limit},
    )
    losses = await store.query(
        "MATCH (k:Account)-[s:SLASHED]->(c:Challenge) WHERE c.challenge_id IN $ids "
        "RETURN c.challenge_id AS challenge_id, k.address AS keeper, s.amount_wei AS amount_wei "
        "ORDER BY keeper",
        {"ids": [row["challenge_id"] for row in rows]},
    )
    lost = _group(losses, "challenge_id")
    return [{**row, "slashed": lost[row["challenge_id"]]} for row in rows]


async def read_sales(store: GraphStore, limit: int = 50) -> list[dict[str, Any]]:
    """Return resales on the market, the latest first: sale_id, kind, track_id, title, amount, price_wei,
    royalty_wei, fee_wei, currency, at, seller, buyer."""
    return await store.query(
        "MATCH (t:Track)-[:SOLD_IN]->(s:Sale) "
        "OPTIONAL MATCH (a:Account)-[x:TRADED]->(s) WHERE x.role = 'seller' "
        "OPTIONAL MATCH (b:Account)-[y:TRADED]->(s) WHERE y.role = 'buyer' "
        "RETURN s.sale_id AS sale_id, s.kind AS kind, t.track_id AS track_id, t.title AS title, "
        "s.amount AS amount, s.price_wei AS price_wei, s.royalty_wei AS royalty_wei, s.fee_wei AS fee_wei, "
        "s.currency AS currency, s.at AS at, a.address AS seller, b.address AS buyer "
        "ORDER BY at DESC, sale_id LIMIT $limit",
        {"limit": limit},
    )


async def read_proposals(store: GraphStore, limit: int = 50) -> list[dict[str, Any]]:
    """Return proposals, the latest first: proposal_id, state, proposer, description, times, and the votes
    counted as `votes_for`, `votes_against`, `votes_abstain` (wei) and `voters`."""
    rows = await store.query(
        "MATCH (p:Proposal) RETURN p.proposal_id AS proposal_id, p.state AS state, p.proposer AS proposer, "
        "p.description AS description, p.vote_start_at AS vote_start_at, p.vote_end_at AS vote_end_at, "
        "p.executable_at AS executable_at, p.executed_at AS executed_at "
        "ORDER BY vote_start_at DESC, proposal_id LIMIT $limit",
        {"limit": limit},
    )
    votes = await store.query(
        "MATCH (:Account)-[v:VOTED]->(p:Proposal) WHERE p.proposal_id IN $ids "
        "RETURN p.proposal_id AS proposal_id, v.support AS support, v.weight AS weight",
        {"ids": [row["proposal_id"] for row in rows]},
    )
    cast = _group(votes, "proposal_id")
    for row in rows:
        mine = cast[row["proposal_id"]]
        row["voters"] = len(mine)
        for support, name in enumerate(("votes_against", "votes_for", "votes_abstain")):
            row[name] = str(sum(int(vote["weight"]) for vote in mine if vote["support"] == support))
    return rows


def _group(rows: Iterable[dict[str, Any]], key: str) -> defaultdict[str, list[dict[str, Any]]]:
    """Return rows by one of their columns, in their order."""
    groups: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return groups
