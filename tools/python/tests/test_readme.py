"""The package as somebody has it who installed it: what README.md shows passes, and the fixture helps where a test fails."""

import os
import pathlib
import re
import subprocess
import sys

README = pathlib.Path(__file__).parents[1] / "README.md"


def run_pytest(folder, example, conftest):
    (folder / "test_example.py").write_text(example, encoding="utf-8")
    (folder / "conftest.py").write_text(conftest, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "--strict-markers", "-p", "no:cacheprovider", "test_example.py"]
    return subprocess.run(command, cwd=folder, env=os.environ, capture_output=True, text=True)


def test_the_examples_pass(tmp_path, offered):
    offered("POST /__admin/queues")
    example, conftest = re.findall(r"^```python\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    ran = run_pytest(tmp_path, example, conftest)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert re.search(r"^1 passed", ran.stdout, re.MULTILINE), ran.stdout


def test_a_failed_test_tells_what_its_queues_hold(tmp_path, offered):
    offered("POST /__admin/queues")
    example = """
import pytest

@pytest.mark.wingmq("orders?groups=g1&mode=FIFO")
def test_that_fails(wingmq):
    assert wingmq.peek("orders") == ["something"]
"""
    ran = run_pytest(tmp_path, example, "")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "queue orders: FIFO, 0 messages\ngroup g1: 0 consumed" in ran.stdout
