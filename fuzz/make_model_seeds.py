"""Writes the seeds of the fuzz targets engine_import and engine_run: small ONNX models, one or two for each family of operators."""
import pathlib

import numpy as np
from onnx import TensorProto, helper, numpy_helper

folder = pathlib.Path(__file__).parent / "corpus" / "engine"
F, I, B, S = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL, TensorProto.STRING


def value(name, kind=F, dims=("n", 3)):
    return helper.make_tensor_value_info(name, kind, dims)


def constant(name, array):
    return numpy_helper.from_array(np.asarray(array), name)


def floats(name, *dims):
    return constant(name, np.linspace(-1, 1, int(np.prod(dims)), dtype=np.float32).reshape(dims))


def ints(name, *values):
    return constant(name, np.array(values, np.int64))


def node(kind, inputs, outputs, domain="", **attributes):
    return helper.make_node(kind, inputs.split(), outputs.split(), domain=domain, **attributes)


def save(name, nodes, constants=(), inputs=None, outputs=None, functions=()):
    graph = helper.make_graph(
        nodes, "g", inputs or [value("x")], outputs or [value("y", F, None)], list(constants))
    imports = [helper.make_opsetid("", 21), helper.make_opsetid("ai.onnx.ml", 3), helper.make_opsetid("com.microsoft", 1),
               helper.make_opsetid("local", 1)]
    model = helper.make_model(graph, opset_imports=imports, functions=list(functions), ir_version=10)
    (folder / f"{name}.onnx").write_bytes(model.SerializeToString())


def body(nodes, inputs, outputs):
    return helper.make_graph(nodes, "b", inputs, outputs)


def main():
    folder.mkdir(parents=True, exist_ok=True)
    image = [value("x", F, ("n", 2, 4, 4))]
    save("dense", [node("MatMul", "x w", "a"), node("Add", "a b", "c"), node("Relu", "c", "d"), node("Softmax", "d", "y", axis=1)],
         [floats("w", 3, 4), floats("b", 4)])
    save("gemm", [node("Gemm", "x w b", "a", transB=1, alpha=0.5), node("Tanh", "a", "y")], [floats("w", 2, 3), floats("b", 2)])
    save("conv", [node("Conv", "x w b", "a", pads=[1, 1, 1, 1], strides=[2, 1]), node("BatchNormalization", "a k b m v", "c"),
                  node("MaxPool", "c", "d", kernel_shape=[2, 2]), node("GlobalAveragePool", "d", "y")],
         [floats("w", 2, 2, 3, 3), floats("b", 2), floats("k", 2), floats("m", 2), constant("v", np.ones(2, np.float32))], image)
    save("transposed",
         [node("ConvTranspose", "x w", "a", strides=[2, 2]), node("LeakyRelu", "a", "y")], [floats("w", 2, 2, 2, 2)], image)
    save("resize", [helper.make_node("Resize", ["x", "", "s"], ["y"], mode="cubic")],
         [constant("s", np.array([1, 1, 1.5, 2], np.float32))], image)
    save("shapes", [node("Shape", "x", "s"), node("Gather", "s zero", "n"), node("Concat", "n rest", "t", axis=0),
                    node("Reshape", "x t", "a"), node("Transpose", "a", "b", perm=[0, 2, 1]), node("Slice", "b from to", "c"),
                    node("Unsqueeze", "c two", "d"), node("Squeeze", "d two", "y")],
         [ints("zero", 0), ints("rest", 3, 1), ints("from", 0), ints("to", -1), ints("two", 2)])
    save("index", [node("NonZero", "x", "a"), node("Cast", "a", "b", to=F), node("TopK", "b k", "c d", axis=1), node("OneHot", "d depth v", "y")],
         [ints("k", 1), ints("depth", 3), constant("v", np.array([0, 1], np.float32))])
    save("scatter", [node("ScatterElements", "x i u", "a", axis=1), node("GatherElements", "a i", "b", axis=1), node("GatherND", "b p", "y")],
         [constant("i", np.array([[0, 2]], np.int64)), floats("u", 1, 2), constant("p", np.array([[0]], np.int64))])
    save("reduce", [node("ReduceSum", "x axes", "a"), node("ReduceMax", "x", "b"), node("ArgMax", "x", "i", axis=1), node("Add", "a b", "y")],
         [ints("axes", 1)])
    save("norm", [node("LayerNormalization", "x k b", "a"), node("Erf", "a", "c"), node("Clip", "c lo hi", "y")],
         [floats("k", 3), floats("b", 3), constant("lo", np.float32(0)), constant("hi", np.float32(1))])
    save("quantised", [node("QuantizeLinear", "x s z", "q"), node("DequantizeLinear", "q s z", "a"), node("DynamicQuantizeLinear", "a", "b c d"),
                       node("MatMulInteger", "b w d", "e"), node("Cast", "e", "y", to=F)],
         [constant("s", np.float32(0.1)), constant("z", np.uint8(3)), constant("w", np.ones((3, 2), np.uint8))])
    save("lstm", [node("LSTM", "x w r", "y h c", hidden_size=2)], [floats("w", 1, 8, 3), floats("r", 1, 8, 2)], [value("x", F, ("t", 1, 3))])
    save("gru", [node("GRU", "x w r", "y h", hidden_size=2, direction="bidirectional")], [floats("w", 2, 6, 3), floats("r", 2, 6, 2)],
         [value("x", F, ("t", 1, 3))])
    then = body([node("Neg", "x", "t")], [], [value("t", F, None)])
    other = body([node("Identity", "x", "e")], [], [value("e", F, None)])
    save("branch", [node("ReduceSum", "x", "s", keepdims=0), node("Greater", "s zero", "c"), node("If", "c", "y", then_branch=then, else_branch=other)],
         [constant("zero", np.float32(0))])
    turn = body([node("Concat", "v v", "v2", axis=0), node("Identity", "c", "c2"), node("Identity", "i", "o")],
                [value("i", I, ()), value("c", B, ()), value("v", F, None)], [value("c2", B, ()), value("v2", F, None), value("o", I, ())])
    save("loop", [node("Loop", "m go x", "y o", body=turn)], [constant("m", np.int64(2)), constant("go", np.bool_(True))])
    step = body([node("Add", "s p", "s2"), node("Identity", "s2", "o")], [value("s", F, (3,)), value("p", F, (3,))],
                [value("s2", F, (3,)), value("o", F, (3,))])
    save("scan", [node("Scan", "start x", "last y", body=step, num_scan_inputs=1)], [floats("start", 3)])
    save("sequence", [node("SplitToSequence", "x", "s", axis=0), node("SequenceInsert", "s one", "t"), node("SequenceErase", "t zero", "u"),
                      node("SequenceAt", "t zero", "v"), node("ConcatFromSequence", "u", "y", axis=0)], [floats("one", 1, 3), ints("zero", 0)])
    text = [value("x", S, ("n",))]
    save("strings", [node("StringNormalizer", "x", "a", case_change_action="UPPER", stopwords=["a"]), node("StringConcat", "a a", "y")],
         inputs=text, outputs=[value("y", S, None)])
    save("trees", [node("TreeEnsembleRegressor", "x", "y", "ai.onnx.ml", n_targets=1, nodes_treeids=[0, 0, 0], nodes_nodeids=[0, 1, 2],
                        nodes_featureids=[1, 0, 0], nodes_modes=["BRANCH_LEQ", "LEAF", "LEAF"], nodes_values=[0.5, 0.0, 0.0],
                        nodes_truenodeids=[1, 0, 0], nodes_falsenodeids=[2, 0, 0], nodes_hitrates=[1.0, 1.0, 1.0], target_treeids=[0, 0],
                        target_nodeids=[1, 2], target_ids=[0, 0], target_weights=[1.0, -1.0])])
    save("classical", [node("Scaler", "x", "a", "ai.onnx.ml", offset=[0.0, 1.0, 2.0], scale=[1.0, 2.0, 3.0]),
                       node("LinearClassifier", "a", "l p", "ai.onnx.ml", coefficients=[1.0, 2.0, 3.0, -1.0, -2.0, -3.0], intercepts=[0.0, 1.0],
                            classlabels_ints=[0, 1], post_transform="SOFTMAX"), node("Normalizer", "p", "y", "ai.onnx.ml", norm="L2")])
    save("einsum", [node("Einsum", "x w", "y", equation="nk,kd->nd")], [floats("w", 3, 2)])
    save("attention", [node("Attention", "x x x", "y", q_num_heads=1, kv_num_heads=1)], inputs=[value("x", F, (1, "n", 4))])
    function = helper.make_function("local", "Twice", ["a"], ["b"], [node("Add", "a a", "b")], [helper.make_opsetid("", 21)])
    save("function", [node("Twice", "x", "t", "local"), node("Twice", "t", "y", "local")], functions=[function])
    save("signal", [helper.make_node("DFT", ["x", "", "axis"], ["y"])],
         [constant("axis", np.int64(1))], [value("x", F, (1, "n", 1))])


if __name__ == "__main__":
    main()
