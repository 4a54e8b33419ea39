"""The fixture `wingmq`: an access key of its own for each test, on one broker for the whole run."""

import pytest

from .broker import start
from .wire import WingMqError


@pytest.fixture(scope="session")
def wingmq_broker():
    """The broker behind `wingmq`; a conftest.py that defines a fixture of this name starts it with other options."""
    with start() as broker:
        yield broker


@pytest.fixture
def wingmq(wingmq_broker, request):
    """A broker that sees nothing of other tests; `@pytest.mark.wingmq("orders?groups=g1")` declares its queues."""
    queues = [queue for mark in request.node.iter_markers("wingmq") for queue in mark.args]
    with wingmq_broker.tenant(queues=queues) as tenant:
        yield tenant


def pytest_configure(config):
    config.addinivalue_line("markers", "wingmq(*queues): what the fixture wingmq has, as `wingmq serve --queue` takes it")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed test tells what its queues hold."""
    report = (yield).get_result()
    tenant = getattr(item, "funcargs", {}).get("wingmq")
    if tenant is None or call.when != "call" or not report.failed:
        return
    try:
        report.sections.append(("wingmq", tenant.describe()))
    except WingMqError as error:
        report.sections.append(("wingmq", str(error)))
