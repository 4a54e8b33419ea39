"""Runs the steps of a scenario: tests/harness/README.md describes them."""

import concurrent.futures

from wingmq import WingMqError, unwrap


def run(mq, steps):
    values, pending = {}, {}
    with concurrent.futures.ThreadPoolExecutor() as threads:
        for number, step in enumerate(steps, 1):
            place = f"step {number}: {step.get('do', 'join')}"
            if "join" in step:
                outcome = pending[step["join"]].result()
            else:
                method, arguments = step["do"], filled(step.get("with", []), values)
                if "later" in step:
                    pending[step["later"]] = threads.submit(settled, mq, method, arguments)
                    continue
                outcome = settled(mq, method, arguments)
            check(step, *outcome, values, place)


def settled(mq, method, arguments):
    """(value, error)"""
    of = mq
    for name in method.split("."):
        of = getattr(of, name)
    try:
        value = of(*arguments)
    except WingMqError as error:
        return None, error
    return unwrap(value) if method == "call" else value, None


def check(step, actual, error, values, place):
    refused = step.get("refused")
    if refused is None and error is not None:
        raise AssertionError(place) from error
    if refused is not None:
        assert error is not None, f"{place}: not refused"
        actual = {**vars(error), "statusCode": error.status_code, "errorCode": error.error_code}
    if refused is not None or "returns" in step:
        match(actual, filled(step.get("refused", step.get("returns")), values), place)
    for name, path in step.get("save", {}).items():
        found = actual
        for key in path.split("."):
            found = found[int(key) if isinstance(found, list) else key]
        values[name] = found


def filled(pattern, values):
    if isinstance(pattern, dict):
        return {name: filled(each, values) for name, each in pattern.items()}
    if isinstance(pattern, list):
        return [filled(each, values) for each in pattern]
    return values[pattern[1:]] if isinstance(pattern, str) and pattern.startswith("$") else pattern


def match(actual, expected, place):
    if expected == "*":
        assert actual is not None, place
    elif isinstance(expected, dict):
        assert isinstance(actual, dict), place
        for name, each in expected.items():
            match(actual.get(name), each, f"{place}.{name}")
    elif isinstance(expected, list):
        assert isinstance(actual, list) and len(actual) == len(expected), f"{place}: {actual}"
        for at, each in enumerate(expected):
            match(actual[at], each, f"{place}.{at}")
    else:
        assert actual == expected, place
