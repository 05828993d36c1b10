"""Alerts, dashboard and documents name metrics that the real service has, and each other."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.kit.anvil import mine
from tests.kit.chain_scenes import Stage
from tests.kit.running_service import Scrape, running_service
from tunefi.chain.deployment import Deployment
from tunefi.chain.rpc import JsonRpc
from tunefi.chain.signing import Signer

ROOT = Path(__file__).parents[2]
RULES = ROOT / "deploy/prometheus/alerts.yaml"
DASHBOARD = ROOT / "deploy/grafana/tunefi.json"
RUNBOOK = "docs/operations/ingestion.md"
STATES = {"built", "pending", "final", "invalid", "served"}
"""Of epochs, which the chain of this test has none of."""
OF_PROMETHEUS, LABELS_OF_PROMETHEUS = {"up"}, {"instance", "job"}
"""What Prometheus itself adds to a scrape."""
_GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")
_WORDS = {"and", "or", "unless", "bool", "offset"}


def metrics_of(expression: str) -> set[str]:
    """Names of the metrics in an expression of PromQL: what is neither function, label, number nor text."""
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\"[^\"]*\"", " ", expression)
    bare = _GROUPING.sub(" ", bare)
    names = re.findall(r"(?<![\w.])([a-zA-Z_:][\w:]*)\b(?!\s*\()", bare)
    return set(names) - _WORDS


def matchers_of(expression: str) -> Iterator[tuple[str, str, set[str]]]:
    """Metric, label and the values asked for, of every selector in an expression; patterns ask for none."""
    for name, selector in re.findall(r"([a-zA-Z_:][\w:]*)\{([^}]*)\}", expression):
        for label, sign, value in re.findall(r"(\w+)\s*(=~|!~|!=|=)\s*\"([^\"]*)\"", selector):
            plain = sign in ("=", "=~") and "." not in value.replace("8.0", "")
            yield name, label, set(value.split("|")) if plain else set()


def load_rules() -> list[dict[str, Any]]:
    """The alerts of the file."""
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def load_dashboard_expressions() -> list[str]:
    """What the panels ask, with Grafana's variables filled in."""
    panels = json.loads(DASHBOARD.read_text())["panels"]
    asked = [target["expr"] for panel in panels for target in panel.get("targets", [])]
    return [each.replace("$__rate_interval", "5m").replace("$instance", "x") for each in asked]


@pytest.fixture
async def scraped(rpc: JsonRpc, deployment: Deployment, signers: list[Signer], tmp_path: Path) -> Scrape:
    """What a real service shows that has followed a chain, kept listens and run keeper jobs."""
    stage = Stage(rpc, deployment, signers)
    await mine(rpc, 5)
    keys = ",".join(signer.export_key() for signer in signers[1:3])
    async with running_service(stage, tmp_path, keeper_keys=keys, epoch_secret="05" * 32) as running:
        running.append_listen(1)
        await running.service.ingestion.catch_up()
        await running.read_readiness()
        return await running.scrape()


@pytest.mark.evm
async def test_every_metric_that_is_asked_for_or_documented_is_in_a_scrape(scraped: Scrape) -> None:
    families = {family.name: family for family in scraped.families}
    known = scraped.names | {
        name + suffix
        for name, family in families.items()
        for suffix in {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}.get(
            family.type, ("",)
        )
    }
    asked = [rule["expr"] for rule in load_rules()] + load_dashboard_expressions()
    for expression in asked:
        assert metrics_of(expression) <= known | OF_PROMETHEUS, expression
        for name, label, values in matchers_of(expression):
            if label not in LABELS_OF_PROMETHEUS and scraped.labels_of(name):
                assert values <= scraped.label_values(name, label), expression
            if label == "state":
                assert values <= STATES, expression
    own = {name for name in families if name.startswith("tunefi_") and not name.endswith("_created")}
    page = (ROOT / "docs/api.md").read_text()
    documented = set(re.findall(r"`(tunefi_\w+?)(?:_total)?(?:\{[\w,]+\})?`", page))
    assert documented == own


def test_every_alert_has_its_section_and_every_section_its_alert() -> None:
    page = (ROOT / RUNBOOK).read_text()
    names = [rule["alert"] for rule in load_rules()]
    assert sorted(names) == sorted(set(names))
    assert set(re.findall(r"^### (TuneFi\w+)$", page, re.MULTILINE)) == set(names)


def test_every_alert_says_what_it_is_and_where_to_read_what_to_do() -> None:
    for rule in load_rules():
        name, notes = rule["alert"], rule["annotations"]
        assert rule["labels"]["severity"] in ("critical", "warning"), name
        assert len(notes["summary"]) <= 70, name
        assert notes["description"].endswith("."), name
        assert notes["runbook_url"] == f"{RUNBOOK}#{name.lower()}"


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("up == 0", {"up"}),
        (
            'sum by (le, job) (rate(a_bucket{le="1.0", x=~"b|c"}[5m])) / on (instance) b > 2e9',
            {"a_bucket", "b"},
        ),
        ("x unless ignoring (state) (y > z)", {"x", "y", "z"}),
        ('label_replace(m, "a", "$1", "b", "(.+)") and time() - t > 300', {"m", "t"}),
    ],
)
def test_names_are_told_from_functions_labels_and_words(expression: str, names: set[str]) -> None:
    assert metrics_of(expression) == names
