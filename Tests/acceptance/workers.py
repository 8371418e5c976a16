"""Models whose workers are written here, for the tests that mistreat them."""
import sys
import textwrap

from server import ROOT


def write(root, name, code, settings=""):
    """A model `name` whose worker is `code`, with more lines for its configuration's `process`."""
    folder = root / name / "1"
    folder.mkdir(parents=True)
    (folder / "worker.py").write_text(textwrap.dedent(code))
    lines = ["backend: process", "process:", f"  command: [{sys.executable}, worker.py]", f"  environment: {{PYTHONPATH: {ROOT / 'python'}}}"]
    (root / name / "model.yaml").write_text("\n".join(lines + [f"  {line}" for line in settings.splitlines()]) + "\n")


#: Twice each number, with whatever `run` begins with.
def doubling(before="", start=""):
    return f"""
import os, sys, time
import numpy as np
from martlet_worker import Model, Refusal, serve, tensor

class Doubling(Model):
    inputs = [tensor("x", np.float32, [-1, 2])]
    outputs = [tensor("y", np.float32, [-1, 2]), tensor("pid", np.int64, [-1, 1])]

    def run(self, x):
{textwrap.indent(textwrap.dedent(before) or 'pass', ' ' * 8)}
        return {{"y": 2 * x, "pid": np.full((len(x), 1), os.getpid())}}

{start}
serve(Doubling)
"""


#: Speaks the protocol by hand, and answers a run whose first number is 13 with garbage of a kind that the number behind it chooses.
GARBLER = '''
import array, mmap, os, socket, struct

link = socket.socket(fileno=3)
text = lambda t: struct.pack("<I", len(t)) + t
head = lambda kind, call: struct.pack("<IHHQ", 0x31574C4D, kind, 0, call)
maps = [None, None]

def receive():
    while True:
        data, extra, _, _ = link.recvmsg(1 << 16, socket.CMSG_SPACE(4))
        if not data:
            os._exit(0)
        kind, call = struct.unpack_from("<H2xQ", data, 4)
        if kind != 2:
            return kind, call, data
        role, size = struct.unpack_from("<BQ", data, 16)
        descriptors = array.array("i")
        descriptors.frombytes(extra[0][2][:4])
        maps[role] = mmap.mmap(descriptors[0], size)
        os.close(descriptors[0])

receive()
shape = struct.pack("<BqqB", 2, -1, 2, 0)
link.send(head(16, 0) + struct.pack("<IB", 1, 1) + struct.pack("<H", 1) + text(b"x") + text(b"FP32") + shape
          + struct.pack("<H", 1) + text(b"y") + text(b"FP32") + shape)
while True:
    kind, call, data = receive()
    if kind == 4:
        continue
    if kind != 3:
        link.send(head(19, call))
        continue
    first, second = struct.unpack_from("<ff", maps[0], 0)
    maps[1][:8] = struct.pack("<ff", 2 * first, 2 * second)
    good = struct.pack("<H", 1) + text(b"y") + text(b"FP32") + struct.pack("<BqqQQ", 2, 1, 2, 0, 8)
    if first != 13:
        link.send(head(17, call) + good)
        continue
    link.send([
        b"not a message at all",
        head(17, call + 7) + good,
        head(99, call),
        head(17, call) + struct.pack("<H", 1) + text(b"y") + text(b"FP32") + struct.pack("<BqqQQ", 2, 1, 2, 1 << 40, 8),
        head(17, call) + struct.pack("<H", 1) + text(b"y") + text(b"FP32") + struct.pack("<BqqQQ", 2, 1, 2, (1 << 64) - 4, 8),
        head(17, call) + struct.pack("<H", 1) + text(b"y") + text(b"FP32") + struct.pack("<BqqQQ", 2, 1 << 40, 1 << 40, 0, 8),
        head(17, call) + struct.pack("<H", 1) + text(b"y") + text(b"FP32") + struct.pack("<BqqQQ", 2, -1, 2, 0, 8),
        head(17, call) + struct.pack("<H", 1) + text(b"z") + text(b"FP32") + struct.pack("<BqqQQ", 2, 1, 2, 0, 8),
        head(17, call) + struct.pack("<H", 1) + text(b"y") + text(b"INT8") + struct.pack("<BqqQQ", 2, 1, 2, 0, 8),
        head(17, call) + struct.pack("<H", 0),
        head(17, call) + struct.pack("<H", 65535) + b"y",
        head(17, call) + bytes(60000),
    ][int(second)])
'''
GARBAGE_KINDS = 12
