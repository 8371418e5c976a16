import json

import numpy as np
import pytest

from server import EXAMPLES, Server

NUMPY = {"FP32": np.float32, "FP64": np.float64, "INT64": np.int64, "INT32": np.int32}


@pytest.fixture(scope="session")
def server():
    with Server() as running:
        yield running


def golden_requests():
    """(model, file name, inputs, outputs, tolerance) of every golden request of the examples."""
    for path in sorted(EXAMPLES.glob("*/1/golden/*.json")):
        golden = json.loads(path.read_text())
        arrays = lambda side: {
            name: np.array(t["data"], NUMPY[t["datatype"]]).reshape(t["shape"]) for name, t in golden[side].items()}
        yield pytest.param(
            path.parents[2].name, arrays("inputs"), arrays("outputs"), golden["tolerance"],
            id=f"{path.parents[2].name}/{path.stem}")


def pytest_terminal_summary(terminalreporter):
    count = lambda *kinds: sum(len(terminalreporter.stats.get(kind, [])) for kind in kinds)
    terminalreporter.write_line(
        f"{count('passed', 'xpassed')} passed, {count('failed', 'error')} failed, {count('skipped', 'xfailed')} skipped")
