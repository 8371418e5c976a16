"""Writes the seeds of the target gateway_http, and the models that are asked."""
import json
import pathlib
import shutil
import struct

here = pathlib.Path(__file__).parent
#: Two models are enough to ask: numbers in rows, and text.
MODELS = {"rows": "dense.onnx", "words": "strings.onnx"}
#: What the first byte of a body stands for, in the order of the target.
ENTRIES = ["infer", "generate", "predict", "classify", "regress", "torch-json", "torch-bytes", "torch-text", "mlflow-json", "mlflow-csv"]
REST = ["index", "memory", "trace", "log"]
ROWS = [[0.5, -1, 2e3], [1, 2, 3]]
WORDS = ["a", "ü"]


def save(target, name, data):
    folder = here / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def http(name, index, body, json_words=255):
    save("gateway_http", name, bytes([index, json_words]) + (body if isinstance(body, bytes) else json.dumps(body).encode()))


def rest():
    def infer(datatype, shape, data):
        return {"id": "1", "inputs": [{"name": "x", "datatype": datatype, "shape": shape, "data": data, "parameters": {"a": 1}}],
                "outputs": [{"name": "y", "parameters": {"classification": 2}}], "parameters": {"priority": 1, "timeout": 1000000}}
    example = {"signature_name": "serving_default", "context": {"x": [1.0]}, "examples": [{"x": [1, 2, 3]}, {"x": [4, 5, 6]}]}
    for model, (datatype, shape, data) in enumerate([("FP32", [2, 3], ROWS), ("BYTES", [2], WORDS)]):
        name = list(MODELS)[model]
        bodies = {
            "infer": infer(datatype, shape, data), "generate": {"x": data, "id": "g", "parameters": {"k": 1}},
            "predict": {"signature_name": "serving_default", "instances": [{"x": row} for row in data]}, "classify": example,
            "regress": example, "torch-json": data, "torch-bytes": struct.pack("<6f", 1, 2, 3, 4, 5, 6), "torch-text": b"one\ntwo",
            "mlflow-json": {"dataframe_split": {"columns": ["x0", "x1", "x2"], "index": [0, 1], "data": ROWS}},
            "mlflow-csv": b'x0,x1,x2\n1,2,"3"\n-1e3,nan,0\n'}
        for index, entry in enumerate(ENTRIES):
            http(f"{name}-{entry}", len(ENTRIES) * model + index, bodies[entry])
        http(f"{name}-columns", len(ENTRIES) * model + 2, {"inputs": {"x": data}})
        http(f"{name}-bare", len(ENTRIES) * model + 2, {"instances": data})
        http(f"{name}-base64", len(ENTRIES) * model + 2, {"instances": [{"b64": "YWJj"}]})
        http(f"{name}-records", len(ENTRIES) * model + 8, {"dataframe_records": [{"x0": 1, "x1": None, "x2": 3}]})
        http(f"{name}-inputs", len(ENTRIES) * model + 8, {"inputs": {"x": data}, "params": {"a": True}})
        http(f"{name}-raw", len(ENTRIES) * model, struct.pack("<3f", 1, 2, 3), 0)
    binary = json.dumps({"inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 3], "parameters": {"binary_data_size": 12}}],
                         "parameters": {"binary_data_output": True}}).encode()
    binary += b" " * (-len(binary) % 4)
    http("rows-binary", 0, binary + struct.pack("<3f", 1, 2, 3), len(binary) // 4)
    first = len(ENTRIES) * len(MODELS)
    for index, body in enumerate([{"ready": True}, {"key": "/martlet-fuzz", "offset": 0, "byte_size": 64},
                                  {"trace_level": ["TIMESTAMPS"], "trace_rate": "1"}, {"log_verbose_level": 1, "log_info": True}]):
        http(REST[index], first + index, body)


def main():
    for model, file in MODELS.items():
        folder = here / "models" / model / "1"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(here / "corpus" / "engine" / file, folder / "model.onnx")
    rest()


if __name__ == "__main__":
    main()
