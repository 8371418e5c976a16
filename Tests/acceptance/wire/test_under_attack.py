"""While one connection attacks, another must not notice, and memory must not grow."""
import pathlib, re, subprocess, sys, time

import grpc
import pytest

import attacks
import interop

SECONDS = 2.0
# Above what the server takes for itself: what an attack may make it hold.
MEMORY_BOUND = 96 << 20
# Eight readers that never read: each may have 48 MiB of replies waiting, the one that crosses the line, and what the socket takes.
STALLED_BOUND = 8 * (60 << 20)


@pytest.fixture(scope="module")
def server():
    running = interop.InteropServer()
    yield running
    assert running.stop() == 0


def rss(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text()).group(1)) * 1024


def latencies(port, seconds):
    m = interop.messages()
    taken = []
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        call = channel.unary_unary(
            interop.SERVICE + "UnaryCall", request_serializer=m["SimpleRequest"].SerializeToString,
            response_deserializer=m["SimpleResponse"].FromString)
        call(m["SimpleRequest"](response_size=100))
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            start = time.monotonic()
            assert len(call(m["SimpleRequest"](response_size=100), timeout=5).payload.body) == 100
            taken.append(time.monotonic() - start)
            time.sleep(0.001)
    return sorted(taken)


def p99(taken):
    return taken[int(0.99 * (len(taken) - 1))]


@pytest.mark.parametrize("name", attacks.NAMES)
def test_an_attack_is_not_noticed_elsewhere(server, name):
    before = p99(latencies(server.port, 1.0))
    memory = rss(server.pid)
    attacker = subprocess.Popen(
        [sys.executable, attacks.__file__, name, str(server.port), str(SECONDS + 1)], stdout=subprocess.PIPE, text=True)
    attacker.stdout.readline()
    during = p99(latencies(server.port, SECONDS))
    grown = rss(server.pid) - memory
    attacker.kill()
    attacker.wait()
    print(f"{name}: p99 {before * 1000:.2f} → {during * 1000:.2f} ms, memory +{grown >> 20} MiB")
    assert grown < (STALLED_BOUND if name == "stalled_reader" else MEMORY_BOUND)
    # The attacker, the client and the server share a few cores: below the floor it is those that are measured.
    assert during < max(2 * before, 0.02)
