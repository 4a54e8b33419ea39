"""The scenarios that the harnesses of all languages share."""

import json
import pathlib

import pytest
import runner
import wingmq as harness

SCENARIOS = json.loads((pathlib.Path(__file__).parents[3] / "tests/harness/scenarios.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def shared():
    with harness.start(clock="manual") as broker:
        yield broker


@pytest.fixture(params=["own, verifying", "tenant"])
def open_broker(request, shared):
    if request.param == "tenant":
        return shared.tenant
    return lambda queues: harness.start(queues=queues, clock="manual", args=["--auth", "verify"])


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario["name"])
def test_scenario(scenario, open_broker, offered):
    offered(scenario.get("needs"))
    if "tenant" in open_broker.__name__:
        offered("POST /__admin/queues")
    with open_broker(queues=scenario["queues"]) as mq:
        runner.run(mq, scenario["steps"])
