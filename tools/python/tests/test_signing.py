import json
import pathlib

import pytest
from wingmq import WingMqError, sign, start

DATA = pathlib.Path(__file__).parents[3] / "tests/contract/data/signing.json"
VECTORS = [each for each in json.loads(DATA.read_text(encoding="utf-8")) if each["separator"] == "\n"]


@pytest.mark.parametrize("vector", VECTORS)
def test_vector(vector):
    headers = sign(access_key=vector["accessKey"], secret_key=vector["secretKey"], path=vector["servicePath"],
                   values=vector["values"], date=vector["requestDate"])  # fmt: skip
    wanted = {name: vector[name] for name in ("accessKey", "contentMD5", "requestDate", "Hmac")}
    assert headers == {**wanted, "platform": "3"}


def test_there_are_vectors():
    assert len(VECTORS) >= 10


def test_where_signatures_are_verified_a_tenant_signs_with_its_own_secret():
    with start(args=["--auth", "verify", "--credential", "test:test", "--credential", "alice:wonder"]) as mq:
        alice = mq.tenant(access_key="alice", secret_key="wonder")
        assert alice.call("queryQuota", {"regionId": "r"})["statusCode"] == 800
        with pytest.raises(WingMqError) as refused:
            mq.tenant(access_key="alice", secret_key="wander").call("queryQuota", {"regionId": "r"})
        assert refused.value.error_code == "WMQ.SIGNATURE"
        assert refused.value.hint.startswith("sig.hmac")
