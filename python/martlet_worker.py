"""Workers for Martlet's `backend: process`: custom code as a model, in one class.

    import numpy as np
    from martlet_worker import Model, serve, tensor

    class Standardise(Model):
        inputs = [tensor("x", np.float32, [-1, -1])]
        outputs = [tensor("y", np.float32, [-1, -1])]

        def run(self, x):
            return {"y": (x - x.mean(axis=1, keepdims=True)) / (x.std(axis=1, keepdims=True) + 1e-6)}

    serve(Standardise)

Needs Python 3.9 and numpy, nothing else. The gateway starts the file, with a socket as descriptor 3, and ends it; tensors travel
in shared memory. An exception in `run` is that request's error; `Refusal` chooses the status.
"""

import array
import inspect
import mmap
import os
import socket
import struct
import sys
import threading
import time
import traceback

import numpy as np

__all__ = ["Model", "Refusal", "Request", "serve", "tensor"]

_MAGIC, _VERSION = 0x31574C4D, 1
_CONFIGURATION, _SEGMENT, _RUN, _PING, _NO_ROOM = 1, 2, 3, 4, 5
_HELLO, _ANSWER, _FAILED, _PONG, _ROOM = 16, 17, 18, 19, 20
_PACKET = 1 << 16

_NAMES = {
    "BOOL": np.bool_, "UINT8": np.uint8, "UINT16": np.uint16, "UINT32": np.uint32, "UINT64": np.uint64, "INT8": np.int8,
    "INT16": np.int16, "INT32": np.int32, "INT64": np.int64, "FP16": np.float16, "FP32": np.float32, "FP64": np.float64,
}
_TYPES = {np.dtype(kind): name for name, kind in _NAMES.items()}


class Refusal(Exception):
    """An error with a status of its own: `raise Refusal("INVALID_ARGUMENT", "the image is empty")`."""

    CODES = {
        "CANCELLED": 1, "INVALID_ARGUMENT": 3, "DEADLINE_EXCEEDED": 4, "NOT_FOUND": 5, "ALREADY_EXISTS": 6, "RESOURCE_EXHAUSTED": 8,
        "FAILED_PRECONDITION": 9, "UNIMPLEMENTED": 12, "INTERNAL": 13, "UNAVAILABLE": 14,
    }

    def __init__(self, code, message):
        super().__init__(message)
        self.code = self.CODES[code]


class _Tensor:
    def __init__(self, name, datatype, shape, optional=False):
        self.name, self.datatype, self.shape, self.optional = name, datatype, tuple(shape), optional


def tensor(name, datatype, shape, optional=False):
    """An input or output: its name, its type (a numpy type, `bytes`, or a name such as "FP32" or "BYTES") and its shape, -1 for any extent."""
    if datatype in (bytes, str, object):
        datatype = "BYTES"
    elif not isinstance(datatype, str) or datatype not in _NAMES and datatype not in ("BYTES", "BF16"):
        datatype = _TYPES[np.dtype(datatype)]
    return _Tensor(name, datatype, shape, optional)


class Request:
    """What came with a run besides its tensors."""

    def __init__(self, id, parameters, wanted, seconds_left):
        self.id = id
        #: Parameters of the request by name.
        self.parameters = parameters
        #: Names of the outputs that somebody reads.
        self.wanted = wanted
        self._end = None if seconds_left is None else time.monotonic() + seconds_left

    @property
    def seconds_left(self):
        """Until nobody waits for the answer any more; None for no end."""
        return None if self._end is None else self._end - time.monotonic()


class Model:
    """What a worker runs. Class attributes say what it takes and gives; left empty, the model's configuration must.

    `run` gets the inputs by name as arrays that are valid during the call (text as arrays of `bytes`; an optional input that was
    left out is None), and `request` if it asks for it; it returns a dictionary of arrays by output name.
    """

    inputs = []
    outputs = []
    #: The leading extent is the row, and rows of several requests may come together. False: each request by itself.
    rows = True

    def load(self, name, parameters):
        """Called once before the first run, with the model's name and the `parameters` of its configuration."""

    def run(self, **inputs):
        raise NotImplementedError


class _Segment:
    def __init__(self):
        self.map, self.size = None, 0

    def take(self, descriptor, size):
        self.map = mmap.mmap(descriptor, size)
        self.size = size
        os.close(descriptor)


class _Reader:
    def __init__(self, data, place=16):
        self.data, self.place = data, place

    def take(self, form):
        values = struct.unpack_from("<" + form, self.data, self.place)
        self.place += struct.calcsize("<" + form)
        return values if len(values) > 1 else values[0]

    def text(self):
        length = self.take("I")
        self.place += length
        return self.data[self.place - length:self.place].decode()


def _text(text):
    data = text.encode()
    return struct.pack("<I", len(data)) + data


class _Worker:
    def __init__(self, model):
        self.model = model
        self.socket = socket.socket(fileno=3)
        self.segments = [_Segment(), _Segment()]
        signature = inspect.signature(model.run).parameters
        self.wants_request = "request" in signature

    def send(self, kind, call, body=b""):
        self.socket.send(struct.pack("<IHHQ", _MAGIC, kind, 0, call) + body)

    def receive(self):
        """The next message that is no new segment; None when the gateway is gone."""
        while True:
            data, extra, _, _ = self.socket.recvmsg(_PACKET, socket.CMSG_SPACE(4))
            if not data:
                return None
            kind, call = struct.unpack_from("<H2xQ", data, 4)
            if kind != _SEGMENT:
                return kind, call, data
            role, size = struct.unpack_from("<BQ", data, 16)
            descriptors = array.array("i")
            for _, _, content in extra:
                descriptors.frombytes(content[:4])
            self.segments[role].take(descriptors[0], size)
            if role == 1:
                return _SEGMENT, call, data

    def serve(self):
        kind, _, data = self.receive() or sys.exit(0)
        reader = _Reader(data)
        name = reader.text()
        parameters = {}
        for _ in range(reader.take("H")):
            key = reader.text()
            parameters[key] = reader.text()
        self.model.load(name, parameters)
        flags = 1 if self.model.rows else 0
        body = struct.pack("<IB", _VERSION, flags)
        for tensors in (self.model.inputs, self.model.outputs):
            body += struct.pack("<H", len(tensors))
            for each in tensors:
                body += _text(each.name) + _text(each.datatype) + struct.pack(f"<B{len(each.shape)}qB", len(each.shape), *each.shape, each.optional)
        self.send(_HELLO, 0, body)
        while True:
            message = self.receive()
            if message is None:
                return
            kind, call, data = message
            if kind == _PING:
                self.send(_PONG, call)
            elif kind == _RUN:
                try:
                    self.answer(call, self.run(data))
                except Refusal as refusal:
                    self.fail(call, refusal.code, str(refusal))
                except Exception as error:  # the request's error, not the worker's end
                    traceback.print_exc()
                    self.fail(call, 13, f"{type(error).__name__}: {error}")

    def fail(self, call, code, message):
        self.send(_FAILED, call, struct.pack("<H", code) + _text(message[:4000]))

    def run(self, data):
        reader = _Reader(data)
        left = reader.take("q")
        id = reader.text()
        inputs = {each.name: None for each in self.model.inputs}
        for _ in range(reader.take("H")):
            name, datatype = reader.text(), reader.text()
            rank = reader.take("B")
            shape = [reader.take("q") for _ in range(rank)]
            offset, size = reader.take("QQ")
            inputs[name] = self.array(datatype, shape, offset, size)
        wanted = [reader.text() for _ in range(reader.take("H"))]
        parameters = {}
        for _ in range(reader.take("H")):
            name, kind = reader.text(), reader.take("B")
            parameters[name] = reader.text() if kind == 4 else (bool, int, int, float)[kind](reader.take("BqQd"[kind]))
        if self.wants_request:
            inputs["request"] = Request(id, parameters, wanted, None if left < 0 else left / 1e9)
        outputs = self.model.run(**inputs)
        if not isinstance(outputs, dict):
            raise TypeError(f"run must return a dictionary of arrays by output name, not {type(outputs).__name__}")
        for name in wanted:
            if name not in outputs:
                raise KeyError(f"run returned no output '{name}'")
        return {name: outputs[name] for name in wanted}

    def array(self, datatype, shape, offset, size):
        memory = self.segments[0].map
        if datatype != "BYTES":
            kind = np.dtype(_NAMES.get(datatype, np.uint16))
            count = size // kind.itemsize
            result = np.frombuffer(memory, kind, count, offset).reshape(shape)
            result.flags.writeable = False
            return result
        texts, end = [], offset + size
        while offset < end:
            (length,) = struct.unpack_from("<I", memory, offset)
            texts.append(bytes(memory[offset + 4:offset + 4 + length]))
            offset += 4 + length
        result = np.empty(len(texts), object)
        result[:] = texts
        return result.reshape(shape)

    def answer(self, call, outputs):
        declared = {each.name: each for each in self.model.outputs}
        parts, end = [], 0
        for name, value in outputs.items():
            value = np.asarray(value)
            datatype = _TYPES.get(value.dtype, "BYTES")
            expected = declared.get(name)
            if expected is not None and expected.datatype == "BF16" and value.dtype == np.uint16:
                datatype = "BF16"
            if expected is not None:
                if datatype != expected.datatype:
                    raise TypeError(f"output '{name}' is {value.dtype}, but was declared {expected.datatype}")
                if len(value.shape) != len(expected.shape) or any(w >= 0 and w != g for w, g in zip(expected.shape, value.shape)):
                    raise ValueError(f"output '{name}' has shape {list(value.shape)}, but was declared {list(expected.shape)}")
            if datatype == "BYTES":
                texts = [each if isinstance(each, bytes) else str(each).encode() for each in value.reshape(-1)]
                content = b"".join(struct.pack("<I", len(each)) + each for each in texts)
                size = len(content)
            else:
                content, size = np.ascontiguousarray(value), value.nbytes
            parts.append((name, datatype, value.shape, end, size, content))
            end = (end + size + 63) & ~63
        segment = self.segments[1]
        if end > segment.size:
            self.send(_ROOM, call, struct.pack("<Q", end))
            message = self.receive()
            if message is None:
                sys.exit(0)
            if message[0] == _NO_ROOM or end > segment.size:
                return self.fail(call, 8, f"the outputs take {end} bytes, more than may be shared")
        body = struct.pack("<H", len(parts))
        for name, datatype, shape, offset, size, content in parts:
            if datatype == "BYTES":
                segment.map[offset:offset + size] = content
            elif size:
                np.frombuffer(segment.map, content.dtype, content.size, offset)[...] = content.reshape(-1)
            body += _text(name) + _text(datatype) + struct.pack(f"<B{len(shape)}qQQ", len(shape), *shape, offset, size)
        self.send(_ANSWER, call, body)


def _end_with(parent):
    """Ends the worker when the gateway is gone, even while `run` hangs."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def serve(model, *arguments, **options):
    """Runs a model (an object, or a class to make one of) until the gateway ends. Returns only then."""
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    try:
        worker = _Worker(model(*arguments, **options) if isinstance(model, type) else model)
    except OSError:
        sys.exit("a worker is started by the gateway: put it into a model's version folder as worker.py")
    worker.serve()
