"""The interop server, what may stand in front of it, and the messages that they speak."""
import functools, os, pathlib, re, select, shutil, signal, socket, subprocess, tempfile, time

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

ROOT = pathlib.Path(__file__).resolve().parents[3]
BINARY = pathlib.Path(os.environ.get("INTEROP_SERVER", ROOT / ".build" / "release" / "interop-server"))
SERVICE = "/grpc.testing.TestService/"


@functools.cache
def messages():
    """Message classes by name, such as SimpleRequest; made from the repository's own .proto files."""
    with tempfile.NamedTemporaryFile() as file:
        subprocess.run(
            ["protoc", f"-I{ROOT / 'protos'}", f"--descriptor_set_out={file.name}", "--include_imports",
             "grpc/testing/test.proto"], check=True, cwd=ROOT / "protos")
        files = descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(file.name).read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for description in files.file:
        pool.Add(description)
    classes = message_factory.GetMessageClassesForFiles([f.name for f in files.file], pool)
    return {name.rsplit(".", 1)[1]: kind for name, kind in classes.items()}


class Process:
    """A program that is ended with its owner."""

    def __init__(self, *command):
        self.process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def wait_for(self, pattern, timeout=30):
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            ready, _, _ = select.select([self.process.stdout], [], [], 0.2)
            if ready:
                line = self.process.stdout.readline()
                if found := re.search(pattern, line):
                    return found
                if not line:
                    break
        raise RuntimeError(f"{self.process.args[0]} did not say {pattern!r}")

    def stop(self, timeout=15):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


class InteropServer(Process):
    def __init__(self, *options):
        super().__init__(BINARY, 0, *options)
        self.port = int(self.wait_for(r"listening grpc=(\d+)").group(1))

    @property
    def pid(self):
        return self.process.pid


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, timeout=20):
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"nothing listens on {port}")


def which(name):
    return shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin:" + str(ROOT / ".venv" / "bin"))
