"""What calls and connections may cost, in numbers that do not depend on the machine."""
import importlib.util, subprocess

from interop import ROOT

IDLE_CONNECTIONS = 1000
IDLE_BOUND = 12 << 10


def bench():
    spec = importlib.util.spec_from_file_location("transport_bench", ROOT / "bench" / "transport" / "bench.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_unary_call_allocates_nothing_in_steady_state():
    counted = subprocess.run([ROOT / ".build" / "release" / "transport-allocations"], capture_output=True, text=True, timeout=120)
    print(counted.stdout)
    assert counted.returncode == 0, counted.stdout


def test_an_idle_connection_is_small():
    each = bench().idle(IDLE_CONNECTIONS)
    print(f"{each / 1024:.2f} KiB each")
    assert each < IDLE_BOUND
