"""What Prometheus reads: for the operator only, by template and reason, bounded whatever strangers send."""

import httpx
import pytest

from api.jobs import JobDesk
from api.metrics.instruments import Metrics
from api.metrics.node_readings import NodeReadings
from api.metrics.server import serve_metrics
from ingest.validation import Reason
from tests.api.conftest import NOW, PUBLIC, GoneStore, World, track_id
from tests.kit.running_service import Scrape
from tunefi.chain.errors import (
    ChainIdMismatch,
    NodeBusy,
    NodeContradiction,
    NodeUnreachable,
    PortInUse,
    RpcError,
)
from tunefi.chain.node_trouble import NodeTrouble, trouble_of
from tunefi.chain.rpc import JsonRpc

pytestmark = pytest.mark.evm

OPERATOR, READER = "Bearer the-operator", "Bearer the-reader"
ANSWERS = "tunefi_http_request_duration_seconds_count"


async def scrape(world: World, token: str = READER) -> Scrape:
    """What a scrape shows now."""
    world.services.desk = JobDesk({}, "the-operator", "the-reader")
    answer = await world.client.get("/metrics", headers={"Authorization": token})
    assert answer.status_code == 200, answer.text
    return Scrape(answer.text)


@pytest.mark.parametrize("shown", [{}, {"Authorization": "Bearer guess"}, {"Authorization": "Bearer "}])
async def test_a_stranger_reads_no_metrics(world: World, shown: dict[str, str]) -> None:
    for desk in (JobDesk({}, "the-operator", "the-reader"), JobDesk({}, "the-operator"), JobDesk()):
        world.services.desk = desk
        answer = await world.client.get("/metrics", headers=shown)
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-the-operator")


async def test_the_operator_and_prometheus_read_and_only_the_operator_runs_jobs(world: World) -> None:
    for token in (OPERATOR, READER):
        assert (await scrape(world, token))("tunefi_build_info", version=world.app.version) == 1
    answer = await world.client.post("/v1/operator/jobs/x", headers={"Authorization": READER})
    assert answer.status_code == 403


async def test_requests_are_counted_by_template_method_and_status(world: World) -> None:
    for path in ("/v1/epochs/1", "/v1/epochs/2", "/wp-login.php", "/a/b/c", "/v1/nothing/1"):
        await world.client.get(path)
    await world.client.head("/v1/chain")
    await world.client.request("BREW", "/v1/chain")
    found = await scrape(world)
    assert found(ANSWERS, route="/v1/epochs/{epoch}", method="GET", status="404") == 2
    assert found(ANSWERS, route="/v1/chain", method="HEAD", status="200") == 1
    assert found(ANSWERS, route="/v1/chain", method="other", status="405") == 1
    assert found.sum(ANSWERS, route="unmatched") >= 1
    templates = {route.path for route in world.app.routes if hasattr(route, "path")}
    assert not {"/v1/epochs/1", "/wp-login.php", "/a/b/c"} & found.label_values(ANSWERS, "route")
    assert found.label_values(ANSWERS, "route") <= templates | {
        "unmatched", "/v1/epochs/{epoch}", "/v1/chain", "/{name}",
    }  # fmt: skip


async def test_answers_that_no_route_gave_are_counted_too(world: World) -> None:
    await world.client.post("/v1/listens", content=b"x" * 500_000)
    await world.client.options("/v1/chain")
    found = await scrape(world)
    assert found.sum(ANSWERS, status="413") == 1
    assert found.sum(ANSWERS, method="OPTIONS", status="204") == 1


async def test_listens_are_counted_as_kept_repeated_and_refused_by_reason(world: World) -> None:
    def listen(key: str, **changes: object) -> dict[str, object]:
        item = {"account": PUBLIC.address, "track_id": track_id(1), "at": NOW, "seconds": 60}
        return {**item, "idempotency_key": key, **changes}

    for _ in range(2):
        items = [listen("a"), listen("b"), listen("c", seconds=1), listen("d", track_id="no"), {"bad": 1}]
        assert (await world.client.post("/v1/listens", json={"items": items})).status_code == 202
    await world.client.post("/v1/listens", json={"items": [listen("a", seconds=90)]})
    found = await scrape(world)
    assert found("tunefi_listens_accepted_total") == 2
    assert found("tunefi_listens_duplicate_total") == 2
    reasons = {"too_short": 2, "unknown_track": 2, "malformed": 2, "idempotency_conflict": 1}
    for reason in Reason:
        assert found("tunefi_listens_refused_total", reason=reason) == reasons.get(reason, 0)


async def test_the_newest_epoch_of_each_state_is_told(world: World) -> None:
    await world.serve_epoch(1)
    await world.epochs.commit(world.table, 2)
    await world.services.served.refresh()
    found = await scrape(world)
    states = {"built": 2, "pending": 2, "final": 1, "served": 1}
    assert found.label_values("tunefi_epoch_newest_number", "state") == set(states)
    assert {state: found("tunefi_epoch_newest_number", state=state) for state in states} == states
    await world.epochs.pass_time(60)
    await world.services.served.refresh()
    found = await scrape(world)
    assert found("tunefi_epoch_newest_number", state="final") == 2
    assert "pending" not in found.label_values("tunefi_epoch_newest_number", "state")


async def test_a_number_that_a_stranger_asks_for_is_no_epoch(world: World) -> None:
    await world.client.get("/v1/epochs/999999")
    assert "tunefi_epoch_newest_number" not in (await scrape(world)).names


async def test_the_health_of_each_part_is_told(world: World) -> None:
    world.services.health.expect("ingestion", 60)
    world.services.health.report_success("ingestion", "block 7")
    found = await scrape(world)
    assert found("tunefi_component_up", component="ingestion") == 1
    assert found("tunefi_component_last_success_timestamp_seconds", component="ingestion") == NOW / 1e6
    world.services.health.report_failure("ingestion", "gone")
    assert (await scrape(world))("tunefi_component_up", component="ingestion") == 0


async def test_a_scrape_needs_no_graph(world: World) -> None:
    world.services.store = GoneStore()
    assert (await scrape(world))("tunefi_home_free_bytes") > 0


def test_two_programs_count_apart() -> None:
    one, other = Metrics(), Metrics()
    one.took_back(3)
    values = [
        each.registry.get_sample_value("tunefi_ingest_reorganisation_depth_blocks_count")
        for each in (one, other)
    ]
    assert values == [1, 0]


def test_what_can_fail_is_zero_before_it_fails() -> None:
    metrics = Metrics()
    metrics.expect_jobs(["snapshot"])
    read = metrics.registry.get_sample_value
    assert read("tunefi_keeper_job_runs_total", {"keeper_job": "snapshot", "outcome": "failed"}) == 0


async def test_a_small_server_shows_them_to_this_machine_and_says_when_its_port_is_taken() -> None:
    metrics = Metrics()
    metrics.took_back(3)
    with serve_metrics(metrics, 0) as port:
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.get(f"http://127.0.0.1:{port}/metrics")
        assert Scrape(answer.text)("tunefi_ingest_reorganisation_depth_blocks_sum") == 3
        with pytest.raises(PortInUse), serve_metrics(metrics, port):
            pass


async def test_two_nodes_of_one_name_are_told_as_one() -> None:
    metrics = Metrics()
    async with JsonRpc("http://127.0.0.1:1/one", "http://127.0.0.1:1/two", backoff_seconds=0.0) as rpc:
        metrics.registry.register(NodeReadings(rpc))
        read, node = metrics.registry.get_sample_value, {"node": "http://127.0.0.1:1"}
        for kind in NodeTrouble:
            assert read("tunefi_chain_provider_errors_total", {**node, "kind": kind}) == 0
        assert read("tunefi_chain_provider_ready", node) == 2
        with pytest.raises(NodeUnreachable):
            await rpc.call("eth_blockNumber")
        assert read("tunefi_chain_provider_errors_total", {**node, "kind": "unreachable"}) == 4


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (NodeUnreachable("n", "gone"), NodeTrouble.UNREACHABLE),
        (NodeBusy("n", "HTTP 429", 3.0), NodeTrouble.BUSY),
        (RpcError(-32005, "limit exceeded"), NodeTrouble.BUSY),
        (RpcError(-32000, "missing trie node"), NodeTrouble.UNABLE),
        (NodeContradiction("n", "logs of another block"), NodeTrouble.CONTRADICTION),
        (ChainIdMismatch(1, 2), NodeTrouble.WRONG_CHAIN),
        (RpcError(3, "execution reverted"), None),
        (RpcError(-32005, "query returned more than 10000 results"), None),
    ],
)
def test_what_a_node_failed_has_its_word_and_a_wrong_question_none(
    error: Exception, kind: NodeTrouble | None
) -> None:
    assert trouble_of(error) == kind
