"""What the serving benches share: models made on the spot, a server, and loadtest."""
import json, os, pathlib, re, select, shutil, signal, subprocess, sys, tempfile, time

import grpc
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tritonclient.grpc import service_pb2 as pb, service_pb2_grpc

ROOT = pathlib.Path(__file__).resolve().parents[2]
RELEASE = ROOT / ".build" / "release"
MARTLET = pathlib.Path(os.environ.get("MARTLET", RELEASE / "martlet"))
LOADTEST = pathlib.Path(os.environ.get("LOADTEST", RELEASE / "loadtest"))


def mlp(path, sizes, seed=0):
    """A chain of Gemm and Relu with these layer sizes, its batch axis open. Larger than 1 MiB for sizes whose product is."""
    random = np.random.default_rng(seed)
    nodes, initializers, last = [], [], "x"
    for layer, (rows, columns) in enumerate(zip(sizes, sizes[1:])):
        weights = (random.standard_normal((rows, columns)) / np.sqrt(rows)).astype(np.float32)
        initializers += [numpy_helper.from_array(weights, f"w{layer}"), numpy_helper.from_array(np.zeros(columns, np.float32), f"b{layer}")]
        final = layer == len(sizes) - 2
        nodes.append(helper.make_node("Gemm", [last, f"w{layer}", f"b{layer}"], ["y" if final else f"g{layer}"]))
        if not final:
            nodes.append(helper.make_node("Relu", [f"g{layer}"], [f"r{layer}"]))
        last = f"r{layer}"
    graph = helper.make_graph(
        nodes, "mlp", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", sizes[0]])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", sizes[-1]])], initializers)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    return path


def constant(path, value, megabytes=0):
    """y = x * 0 + value, of rows of four, with ballast that takes part in the answer: half a file cannot give a whole answer."""
    initializers = [numpy_helper.from_array(np.zeros(1, np.float32), "zero")]
    nodes = [helper.make_node("Mul", ["x", "zero"], ["z"])]
    ballast = np.zeros(max(1, megabytes << 18), np.float32)
    ballast[-1] = value
    initializers += [numpy_helper.from_array(ballast, "ballast"), numpy_helper.from_array(np.array([ballast.size - 1], np.int64), "last")]
    nodes += [helper.make_node("Gather", ["ballast", "last"], ["v"], axis=0), helper.make_node("Add", ["z", "v"], ["y"])]
    graph = helper.make_graph(
        nodes, "constant", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 4])], initializers)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    return path


class Server:
    def __init__(self, repository, *options, log=None):
        self.log = open(log, "w+") if log else tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [MARTLET, "serve", "--model-repository", str(repository), "--grpc-port", "0", "--http-port", "0", "--metrics-port", "0",
             *map(str, options)], stdout=subprocess.PIPE, stderr=self.log, text=True, bufsize=1)
        deadline = time.monotonic() + 120
        while True:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))
            line = self.process.stdout.readline() if ready else ""
            if not line:
                self.process.kill()
                raise RuntimeError(f"martlet did not start: {self.log_text()}")
            if line.startswith("listening "):
                break
        addresses = dict(re.findall(r"(\w+)=(\S+)", line))
        self.grpc, self.http, self.metrics = addresses["grpc"], addresses["http"], addresses["metrics"]
        self.pid = self.process.pid

    def log_text(self):
        self.log.flush()
        self.log.seek(0)
        return self.log.read()

    def stub(self):
        return service_pb2_grpc.GRPCInferenceServiceStub(grpc.insecure_channel(self.grpc))

    def stop(self, timeout=60):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout)
        self.process.stdout.close()
        return code

    def resident_bytes(self):
        return int(pathlib.Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if not self.process.stdout.closed:
            self.process.stdout.close()
        self.log.close()


class Load:
    """A run of loadtest in the background."""

    def __init__(self, target, *options):
        self.out = pathlib.Path(tempfile.mkstemp(suffix=".json")[1])
        self.process = subprocess.Popen(
            [LOADTEST, "--target", target, "--quiet", "--json", self.out, *map(str, options)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def result(self):
        said, _ = self.process.communicate()
        text = self.out.read_text()
        self.out.unlink()
        if not text:
            raise RuntimeError(f"loadtest: {said.strip()}")
        return json.loads(text)


def load(target, *options):
    return Load(target, *options).result()


def infer(model, value=1.0, rows=1, columns=4):
    x = np.full((rows, columns), value, np.float32)
    return pb.ModelInferRequest(
        model_name=model, inputs=[pb.ModelInferRequest.InferInputTensor(name="x", datatype="FP32", shape=[rows, columns])],
        raw_input_contents=[x.tobytes()])


def table(title, heads, rows):
    print(f"\n### {title}\n")
    print("| " + " | ".join(heads) + " |\n|" + " --- |" * len(heads))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    sys.stdout.flush()


def verdict(ok, sentence):
    """Says how it came out, and ends the process so."""
    print(f"\n{'met' if ok else 'MISSED'}: {sentence}")
    sys.exit(0 if ok else 1)


class Repository:
    """A folder of models that goes with the process."""

    def __enter__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="serving-bench-"))
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)
