"""Tests on one broker: each has an access key of its own."""

import pytest
from wingmq import WingMqError


@pytest.fixture(autouse=True)
def needed(offered):
    offered("POST /__admin/queues")


@pytest.fixture
def other(wingmq_broker):
    with wingmq_broker.tenant(queues=["orders?groups=g1"]) as tenant:
        yield tenant


def send(mq, body):
    return mq.call("sendSpecifyQueueMessage", {**mq.ids("orders"), "messages": [{"body": body}]})


@pytest.mark.wingmq("orders?groups=g1")
def test_nobody_sees_the_queues_of_others(wingmq, other):
    send(wingmq, "mine")
    assert len(wingmq.peek("orders")) == 1
    assert other.peek("orders") == []
    with pytest.raises(WingMqError) as refused:
        other.call("querySpecifyQueue", wingmq.ids("orders"))
    assert refused.value.error_code == "DMS.10240401"


@pytest.mark.wingmq("orders?groups=g1")
def test_a_reset_and_a_stop_concern_their_own_key_alone(wingmq, other):
    send(wingmq, "mine")
    other.reset()
    assert len(wingmq.peek("orders")) == 1
    other.stop()
    with pytest.raises(WingMqError) as refused:
        other.peek("orders")
    assert refused.value.status == 404
    assert len(wingmq.peek("orders")) == 1


@pytest.mark.wingmq("orders?groups=g1")
def test_faults_hit_their_own_key_alone(wingmq, other, offered):
    offered("POST /__admin/faults")
    wingmq.faults.add({"match": {"operation": "sendSpecifyQueueMessage"}, "do": {"type": "refuse", "code": "WMQ.FAULT"}})
    with pytest.raises(WingMqError) as refused:
        send(wingmq, "mine")
    assert refused.value.error_code == "WMQ.FAULT"
    send(other, "theirs")
    assert other.faults.list() == []
    other.faults.clear()
    assert len(wingmq.faults.list()) == 1
    wingmq.reset()
    send(wingmq, "mine")


def test_without_queues(wingmq):
    assert wingmq.call("queryQueue", {"regionId": wingmq.region_id})["total"] == 0
