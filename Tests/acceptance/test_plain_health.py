"""Probes that speak plain HTTP/2 to the gRPC port."""
import shutil, subprocess

import pytest


@pytest.mark.parametrize("path, body", [("/v2/health/live", '{"live":true}'), ("/v2/health/ready", '{"ready":true}')])
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
def test_health_answers_over_h2c(server, path, body, method):
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    options = {"GET": [], "POST": ["--data", "{}"], "HEAD": ["--head"]}[method]
    answer = subprocess.run(
        ["curl", "--silent", "--http2-prior-knowledge", "--max-time", "10", "--write-out", "\n%{http_version} %{http_code}", *options,
         f"http://{server.grpc}{path}"], capture_output=True, text=True, check=True).stdout
    content, _, status = answer.rpartition("\n")
    assert status == "2 200"
    if method == "HEAD":
        assert f"content-length: {len(body)}" in content and body not in content
    else:
        assert content == body
