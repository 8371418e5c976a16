"""The servers: how each is had, started and asked whether it is ready. All serve KServe v2 over gRPC."""
import os, pathlib, re, shutil, signal, socket, subprocess, sys, time, zipfile

import grpc

from models import ROOT
import processes

HERE = pathlib.Path(__file__).resolve().parent


class Unavailable(Exception):
    """Why a peer cannot take part."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Peer:
    name = ""
    process = None

    def __init__(self, cache):
        self.cache = cache
        self.port = free_port()

    def prepare(self, workloads):
        """Has what it needs put in place. Raises Unavailable."""

    def command(self):
        raise NotImplementedError

    def disk(self):
        """Files without which it does not run; the interpreter of a Python peer is not counted."""
        return []

    def start(self, workloads):
        """Seconds until every model is ready."""
        log = self.cache / f"{type(self).__name__.lower()}.log"
        begin = time.monotonic()
        with open(log, "wb") as output:
            self.process = subprocess.Popen(
                [str(word) for word in self.command()], stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
        with grpc.insecure_channel(f"127.0.0.1:{self.port}") as channel:
            from tritonclient.grpc import service_pb2 as pb, service_pb2_grpc
            stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
            for workload in workloads:
                while True:
                    if self.process.poll() is not None:
                        raise Unavailable(f"it ended at the start: {self.last_line(log)}")
                    if time.monotonic() - begin > 120:
                        self.stop()
                        raise Unavailable(f"not ready after 120 s: {self.last_line(log)}")
                    try:
                        if stub.ModelReady(pb.ModelReadyRequest(name=workload.name), timeout=2).ready:
                            break
                    except grpc.RpcError:
                        pass
                    time.sleep(0.005)
        return time.monotonic() - begin

    @staticmethod
    def last_line(log):
        lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
        return lines[-1][:200] if lines else "it said nothing"

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                for pid in reversed(processes.tree(self.process.pid)):
                    os.kill(pid, signal.SIGKILL)
                self.process.wait()


class Martlet(Peer):
    name = "Martlet"
    binary = pathlib.Path(os.environ.get("MARTLET", ROOT / ".build" / "release" / "martlet"))

    def prepare(self, workloads):
        if not self.binary.exists():
            raise Unavailable("it is not built")
        repository = self.cache / "martlet"
        shutil.rmtree(repository, ignore_errors=True)
        for workload in workloads:
            folder = repository / workload.name / "1"
            folder.mkdir(parents=True)
            (folder / "model.onnx").symlink_to(workload.file)

    def command(self):
        return [self.binary, "serve", "--model-repository", self.cache / "martlet", "--grpc-port", self.port, "--http-port", 0, "--metrics-port", 0]

    def disk(self):
        return [self.binary]


class Triton(Peer):
    """The real server, from a wheel; its Python backend runs ONNX Runtime."""
    name = "Triton 2.51, Python backend + ORT"
    requirement = "nvidia-pytriton==0.7.0"

    def prepare(self, workloads):
        home = self.cache / "triton"
        self.server = home / "pytriton" / "tritonserver"
        if not (home / ".done").exists():
            scratch = self.cache / "download"
            got = subprocess.run(
                [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--dest", scratch, self.requirement],
                capture_output=True, text=True)
            if got.returncode:
                raise Unavailable(f"pip has no {self.requirement}: {got.stderr.strip().splitlines()[-1:]}")
            shutil.rmtree(home, ignore_errors=True)
            zipfile.ZipFile(next(scratch.glob("nvidia_pytriton*.whl"))).extractall(home)
            (home / ".done").touch()
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        stub = self.server / "python_backend_stubs" / version / "triton_python_backend_stub"
        if not stub.exists():
            raise Unavailable(f"the wheel has no stub for Python {version}")
        for file in (stub, self.server / "bin" / "tritonserver"):
            file.chmod(0o755)
        # The stub stands beside the backend, where the server looks for it.
        backend = self.server / "backends" / "python"
        link = backend / "triton_python_backend_stub"
        link.unlink(missing_ok=True)
        link.symlink_to(stub)
        # Its backend is built for NumPy 1; under NumPy 2 every output arrives without a byte.
        self.packages = self.cache / "triton-python"
        if not (self.packages / "numpy").exists():
            got = subprocess.run(
                [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target", self.packages, "numpy==1.26.4"],
                capture_output=True, text=True)
            if got.returncode:
                raise Unavailable(f"pip has no NumPy 1 for its backend: {got.stderr.strip().splitlines()[-1:]}")
        repository = self.cache / "triton-models"
        shutil.rmtree(repository, ignore_errors=True)
        for workload in workloads:
            self.model(repository / workload.name, workload)

    def model(self, folder, workload):
        import onnx
        (folder / "1").mkdir(parents=True)
        # The stub's interpreter is not this one, and takes no PYTHONPATH.
        packages = [str(self.packages), *sorted({str(path.parent) for path in python_runtime()})]
        (folder / "1" / "model.py").write_text(f"import sys\nsys.path[:0] = {packages!r}\n" + (HERE / "triton_model.py").read_text())
        graph = onnx.load(workload.file, load_external_data=False).graph
        initializers = {i.name for i in graph.initializer}
        types = {1: "TYPE_FP32", 6: "TYPE_INT32", 7: "TYPE_INT64", 2: "TYPE_UINT8", 9: "TYPE_BOOL", 10: "TYPE_FP16", 11: "TYPE_FP64"}
        lines = [f'name: "{workload.name}"', 'backend: "python"', f"max_batch_size: {workload.batch}"]
        for kind, ports in (("input", [i for i in graph.input if i.name not in initializers]), ("output", graph.output)):
            for port in ports:
                tensor = port.type.tensor_type
                dims = [d.dim_value if d.HasField("dim_value") else -1 for d in tensor.shape.dim]
                if workload.batch:
                    dims = dims[1:] or [1]
                    reshape = " reshape: { shape: [] }" if len(tensor.shape.dim) == 1 else ""
                else:
                    reshape = ""
                lines.append(f'{kind} [ {{ name: "{port.name}" data_type: {types[tensor.elem_type]} dims: {dims}{reshape} }} ]')
        if workload.batch:
            lines.append("dynamic_batching { }")
        lines.append(f'parameters {{ key: "file" value: {{ string_value: "{workload.file}" }} }}')
        lines.append(f'parameters {{ key: "threads" value: {{ string_value: "{workload.threads}" }} }}')
        (folder / "config.pbtxt").write_text("\n".join(lines) + "\n")

    def command(self):
        return [self.server / "bin" / "tritonserver", "--model-repository", self.cache / "triton-models", "--backend-directory", self.server / "backends",
                "--grpc-address", "127.0.0.1", "--grpc-port", self.port, "--allow-http", "false", "--allow-metrics", "false"]

    def disk(self):
        return [self.cache / "triton", self.packages, python_runtime()[0]]


class PythonServer(Peer):
    name = "Python grpc.aio + ORT"

    def prepare(self, workloads):
        self.workloads = workloads

    def command(self):
        return [sys.executable, HERE / "python_server.py", self.port, *(f"{w.name}={w.file}={w.threads}" for w in self.workloads)]

    def disk(self):
        import google.protobuf, tritonclient
        return [pathlib.Path(grpc.__file__).parent, pathlib.Path(google.protobuf.__file__).parent, pathlib.Path(tritonclient.__file__).parent, *python_runtime()]


class CppServer(Peer):
    """gRPC's asynchronous API over ONNX Runtime's C interface, written by hand."""
    name = "C++ gRPC async + ORT"

    def prepare(self, workloads):
        self.workloads = workloads
        if shutil.which("g++") is None or subprocess.run(["pkg-config", "--exists", "grpc++"]).returncode or shutil.which("grpc_cpp_plugin") is None:
            raise Unavailable("Debian's libgrpc++-dev and protobuf-compiler-grpc are not installed")
        import onnxruntime
        self.library = next((pathlib.Path(onnxruntime.__file__).parent / "capi").glob("libonnxruntime.so.*"), None)
        if self.library is None:
            raise Unavailable("the onnxruntime wheel holds no shared library")
        folder = self.cache / "cpp"
        folder.mkdir(exist_ok=True)
        self.binary = folder / "server"
        source = HERE / "cpp_server.cc"
        stamp = folder / "source"
        if self.binary.exists() and stamp.exists() and stamp.read_text() == source.read_text():
            return
        protos = ROOT / "protos"
        plugin = shutil.which("grpc_cpp_plugin")
        for command in (
            ["protoc", f"-I{protos}", f"--cpp_out={folder}", f"--grpc_out={folder}", f"--plugin=protoc-gen-grpc={plugin}",
             *map(str, (protos / "inference").glob("*.proto"))],
            ["bash", "-c", f"g++ -O2 -std=c++17 -I{folder} {source} $(find {folder} -name '*.pb.cc') -o {self.binary} $(pkg-config --cflags --libs grpc++ protobuf) -lgpr -lpthread -ldl"],
        ):
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                raise Unavailable(f"it does not build: {(done.stderr.strip().splitlines() or ['?'])[0][:300]}")
        stamp.write_text(source.read_text())

    def command(self):
        return [self.binary, self.library, self.port, *(f"{w.name}={w.file}={w.threads}" for w in self.workloads)]

    def disk(self):
        # The Debian libraries that it is linked to, and the engine.
        linked = subprocess.run(["ldd", self.binary], capture_output=True, text=True).stdout
        libraries = [path for path in re.findall(r"=> (/\S+)", linked) if re.search(r"grpc|protobuf|absl|upb|gpr|cares|re2|ssl|crypto", path)]
        return [self.binary, self.library, *(pathlib.Path(path).resolve() for path in libraries)]


def python_runtime():
    import numpy, onnxruntime
    return [pathlib.Path(onnxruntime.__file__).parent, pathlib.Path(numpy.__file__).parent]


# Peers that are not run yet, and why.
OTHERS = {
    "TorchServe 0.12": "not part of this comparison yet: it needs Java and PyTorch, and speaks another protocol",
    "MLServer, KServe's Python server, Ray Serve": "not part of this comparison yet: gigabytes of Python that an earlier look found slower than plain grpc.aio",
}

EVERY = [Martlet, Triton, CppServer, PythonServer]
