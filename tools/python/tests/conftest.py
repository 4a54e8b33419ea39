import pytest


@pytest.fixture
def offered(wingmq_broker):
    """Skips the test where the broker lacks the call."""
    calls = {f"{each['method']} {each['path']}" for each in wingmq_broker.admin("GET", "")["calls"]}

    def check(call):
        if call and call not in calls:
            pytest.skip(f"the broker has no {call}")

    return check
