"""The broker as a child process: how it starts, and that it never outlives its parent."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request

import pytest
import wingmq as harness


def test_after_stop_nobody_answers():
    mq = harness.start(queues=["orders"])
    assert mq.peek("orders") == []
    mq.stop()
    with pytest.raises(harness.WingMqError, match="Connection refused") as lost:
        mq.peek("orders")
    assert lost.value.status == 0


def test_a_broker_that_refuses_its_options_says_why():
    with pytest.raises(RuntimeError, match="`--lisen` is not an option; did you mean `--listen`"):
        harness.start(args=["--lisen", "x"])


def test_a_binary_that_is_not_there_is_named():
    with pytest.raises(RuntimeError, match="/nowhere/wingmq cannot be started: set WINGMQ_BINARY"):
        harness.start(binary="/nowhere/wingmq")


def test_a_queue_may_belong_to_another_key_or_region():
    queues = ["mine?groups=g1", "theirs?project=bob", "far?region=moon"]
    with harness.start(queues=queues, access_key="alice") as mq:
        made = {(each["name"], each["customer"], each["region"]) for each in mq.admin("GET", "/queues")["queues"]}
        assert made == {("mine", "alice", "cn-snxy1"), ("theirs", "bob", "cn-snxy1"), ("far", "alice", "moon")}
        assert mq.call("queryQueue", {"regionId": "cn-snxy1"})["total"] == 1


def test_peek_gives_all_messages_also_where_they_come_in_pages():
    with harness.start(queues=["orders"]) as mq:
        sent = [{"body": number} for number in range(1001)]
        for messages in sent[:600], sent[600:]:
            mq.call("sendSpecifyQueueMessage", {**mq.ids("orders"), "messages": messages})
        assert [{"body": message["body"]} for message in mq.peek("orders")] == sent


def runner(*lines):
    """A process that starts a broker and says where. Both hold its standard error, whose end tells that both are gone."""
    script = ["import json, sys, wingmq", "mq = wingmq.start(log=True)",
              "print(json.dumps([mq.url, mq.pid]), flush=True)", *lines]  # fmt: skip
    process = subprocess.Popen([sys.executable, "-c", "\n".join(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)  # fmt: skip
    url, pid = json.loads(process.stdout.readline())
    return process, url + "/livez", pid


def assert_gone(process, url, pid):
    try:
        process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        os.kill(pid, signal.SIGKILL)
        pytest.fail(f"process {pid} outlives the runner")
    with pytest.raises(urllib.error.URLError, match="Connection refused"):
        urllib.request.urlopen(url)


def test_a_killed_runner_leaves_no_broker_behind():
    process, url, pid = runner("sys.stdin.read()")
    with process:
        assert urllib.request.urlopen(url).status == 200
        process.kill()
        assert process.wait() == -signal.SIGKILL
        assert_gone(process, url, pid)


def test_a_runner_that_forgets_stop_ends_and_its_broker_with_it():
    process, url, pid = runner()
    with process:
        assert process.wait() == 0
        assert_gone(process, url, pid)
