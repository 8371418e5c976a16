"""Triton's own load generator, in the modes in which it speaks to Triton and to TensorFlow Serving."""
import os
import re
import subprocess

import pytest

from server import ROOT

FOLDER = ROOT / ".build" / "perf_analyzer"


@pytest.fixture(scope="module")
def perf_analyzer():
    fetched = subprocess.run([ROOT / "scripts/perf-analyzer.sh"], capture_output=True, text=True)
    assert fetched.returncode == 0, fetched.stderr
    return FOLDER / "perf_analyzer"


@pytest.mark.parametrize("options", [
    ["-i", "grpc", "-u", "{grpc}"], ["-i", "grpc", "-u", "{grpc}", "--streaming", "-a"], ["-i", "http", "-u", "{http}"],
    ["-i", "grpc", "-u", "{grpc}", "--grpc-compression-algorithm", "gzip"],
    ["--service-kind", "tfserving", "-i", "grpc", "-u", "{grpc}", "--shape", "pixels:1,64"],
], ids=["grpc", "grpc streaming", "http", "grpc gzip", "tfserving"])
def test_runs_without_a_failure(server, perf_analyzer, options):
    addresses = {"grpc": server.grpc, "http": server.http}
    # One window, whose stability is not asked for: this is about answers, not about time.
    done = subprocess.run(
        [perf_analyzer, "-m", "digits-mlp", "--concurrency-range", "4:4", "--measurement-mode", "count_windows", "--measurement-request-count",
         "500", "-r", "3", "-s", "999", *[option.format(**addresses) for option in options]],
        capture_output=True, text=True, timeout=120, env={**os.environ, "LD_LIBRARY_PATH": str(FOLDER)})
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    rate = re.search(r"Throughput: ([\d.]+) infer/sec", output)
    assert rate and float(rate.group(1)) > 0, output
    assert not re.search(r"(?i)failed to|error", output), output
