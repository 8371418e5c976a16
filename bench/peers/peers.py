"""The servers: how each is had, started and asked whether it is ready. All serve KServe v2 over gRPC."""
import json, os, pathlib, re, shutil, signal, socket, subprocess, sys, time, urllib.request, zipfile

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
            from tritonclient.grpc import service_pb2_grpc
            stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
            for workload in workloads:
                while True:
                    if self.process.poll() is not None:
                        raise Unavailable(f"it ended at the start: {self.last_line(log)}")
                    if time.monotonic() - begin > 180:
                        self.stop()
                        raise Unavailable(f"not ready after 180 s: {self.last_line(log)}")
                    if self.is_ready(stub, workload):
                        break
                    time.sleep(0.005)
        return time.monotonic() - begin

    def is_ready(self, stub, workload):
        from tritonclient.grpc import service_pb2 as pb
        try:
            return stub.ModelReady(pb.ModelReadyRequest(name=workload.name), timeout=2).ready
        except grpc.RpcError:
            return False

    def options(self, workload):
        """What loadtest must be told to ask for the workload."""
        return workload.options

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


class Packaged(Peer):
    """A server from PyPI, in an environment of its own, with ONNX Runtime in it."""
    requirements = []

    @property
    def home(self):
        return self.cache / type(self).__name__.lower()

    @property
    def python(self):
        return self.home / "bin" / "python"

    def prepare(self, workloads):
        self.workloads = workloads
        stamp = self.home / ".requirements"
        wanted = "\n".join(self.requirements)
        if stamp.exists() and stamp.read_text() == wanted:
            return
        shutil.rmtree(self.home, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", self.home], check=True)
        got = subprocess.run(
            [self.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-cache-dir", *self.requirements],
            capture_output=True, text=True)
        if got.returncode:
            raise Unavailable(f"pip cannot install it: {(got.stderr.strip().splitlines() or ['?'])[-1][:300]}")
        stamp.write_text(wanted)

    @property
    def words(self):
        return [f"{w.name}={w.file}={w.threads}" for w in self.workloads]

    def disk(self):
        return [self.home]


class MLServer(Packaged):
    name = "MLServer 1.7.1 + ORT"
    requirements = ["mlserver==1.7.1", "onnxruntime==1.32.0", "numpy==2.4.6"]

    def prepare(self, workloads):
        super().prepare(workloads)
        folder = self.cache / "mlserver-models"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        # Models run in the server's own process: its other choice copies every request between processes.
        (folder / "settings.json").write_text(json.dumps({
            "host": "127.0.0.1", "http_port": free_port(), "grpc_port": self.port, "metrics_port": free_port(), "parallel_workers": 0,
            "grpc_max_message_length": 64 << 20, "logging_settings": None, "debug": False}))
        for w in workloads:
            (folder / w.name).mkdir()
            (folder / w.name / "model-settings.json").write_text(json.dumps({
                "name": w.name, "implementation": "mlserver_model.OrtModel", "parameters": {"uri": str(w.file), "extra": {"threads": w.threads}}}))

    def command(self):
        return [self.python, HERE / "mlserver_start.py", self.cache / "mlserver-models"]


class KServe(Packaged):
    name = "KServe 0.16 Python server + ORT"
    requirements = ["kserve==0.16.0", "onnxruntime==1.32.0", "numpy==2.4.6"]

    def command(self):
        return [self.python, HERE / "kserve_server.py", self.port, free_port(), *self.words]


class RayServe(Packaged):
    name = "Ray Serve 2.60 + ORT"
    requirements = ["ray[serve]==2.60.0", "onnxruntime==1.32.0", "numpy==2.4.6", "tritonclient[grpc]==2.73.0"]

    def command(self):
        return [self.python, HERE / "ray_server.py", self.port, free_port(), *self.words]


class TorchServe(Packaged):
    """Its own protocol: one message of bytes an input, which its handler makes arrays of."""
    name = "TorchServe 0.12 + ORT"
    requirements = ["torchserve==0.12.0", "torch-model-archiver==0.12.0", "torch==2.15.0", "pyyaml==6.0.4", "onnxruntime==1.32.0", "numpy==2.4.6"]

    def prepare(self, workloads):
        if shutil.which("java") is None:
            raise Unavailable("it needs Java, which is not installed (Debian's openjdk-17-jre-headless)")
        super().prepare(workloads)
        store = self.cache / "torchserve-models"
        shutil.rmtree(store, ignore_errors=True)
        store.mkdir()
        self.inputs = {}
        for w in workloads:
            import ort_model
            import numpy as np
            model = ort_model.Model(str(w.file), 1)
            generator = np.random.default_rng(7)
            ports = []
            for name, _, kind, shape in model.inputs:
                dims = w.inputs.get(name) or [d if isinstance(d, int) else 1 for d in shape]
                array = generator.random(dims) if np.issubdtype(kind, np.floating) else generator.integers(0, 2, dims)
                file = store / f"{w.name}.{name}.bytes"
                file.write_bytes(array.astype(kind).tobytes())
                ports.append({"name": name, "type": np.dtype(kind).name, "shape": dims})
                self.inputs.setdefault(w.name, []).append((name, file))
            about = store / f"{w.name}.json"
            about.write_text(json.dumps({"threads": w.threads, "inputs": ports}))
            link = store / "model.onnx"
            link.unlink(missing_ok=True)
            link.symlink_to(w.file)
            settings = store / "about.json"
            settings.write_text(about.read_text())
            done = subprocess.run(
                [self.home / "bin" / "python", "-m", "model_archiver.model_packaging", "--model-name", w.name, "--version", "1.0", "--handler",
                 HERE / "torchserve_handler.py", "--extra-files", f"{link},{settings},{HERE / 'ort_model.py'}", "--export-path", store, "--force"],
                capture_output=True, text=True)
            if done.returncode:
                raise Unavailable(f"its archiver fails: {(done.stderr.strip().splitlines() or ['?'])[-1][:200]}")
        self.management = free_port()
        (store / "config.properties").write_text("\n".join([
            f"inference_address=http://127.0.0.1:{free_port()}", f"management_address=http://127.0.0.1:{self.management}",
            f"metrics_address=http://127.0.0.1:{free_port()}", "grpc_inference_address=127.0.0.1", f"grpc_inference_port={self.port}",
            "grpc_management_address=127.0.0.1", f"grpc_management_port={free_port()}", "default_workers_per_model=2", "max_request_size=67108864",
            "disable_token_authorization=true", "enable_envvars_config=false", ""]))

    def command(self):
        store = self.cache / "torchserve-models"
        return ["env", f"PATH={self.home / 'bin'}:{os.environ['PATH']}", f"LOG_LOCATION={store}", f"METRICS_LOCATION={store}", self.home / "bin" / "python", "-c",
                "import sys; from ts.model_server import start; start()", "--start", "--foreground", "--no-config-snapshots", "--model-store", store,
                "--models", *(f"{w.name}={w.name}.mar" for w in self.workloads), "--ts-config", store / "config.properties"]

    def is_ready(self, stub, workload):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.management}/models/{workload.name}", timeout=2) as answer:
                return all(worker["status"] == "READY" for worker in json.load(answer)[0]["workers"])
        except OSError:
            return False

    def options(self, workload):
        return ["--protocol", "torchserve", *(word for name, file in self.inputs[workload.name] for word in ("--input", f"{name}=@{file}"))]


EVERY = [Martlet, Triton, CppServer, PythonServer, MLServer, KServe, RayServe, TorchServe]
