"""What MLflow's scoring clients send to /invocations."""
import json

import numpy as np
import pytest
from onnx import TensorProto, helper

from identity_models import identity, save
from server import Server
from test_triton_http import call


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    root = tmp_path_factory.mktemp("mlflow-one")
    identity(root, "table", TensorProto.FLOAT)
    with Server(root) as server:
        yield server


@pytest.fixture(scope="module")
def named(tmp_path_factory):
    """One input a column."""
    root = tmp_path_factory.mktemp("mlflow-named")
    port = lambda name, kind, *dims: helper.make_tensor_value_info(name, kind, ("n", *dims))
    save(root, "columns", helper.make_graph(
        [helper.make_node("Cast", ["whole"], ["w"], to=TensorProto.FLOAT), helper.make_node("Add", ["w", "part"], ["sum"]),
         helper.make_node("Identity", ["word"], ["same"])], "columns",
        [port("whole", TensorProto.INT64, 1), port("part", TensorProto.FLOAT, 1), port("word", TensorProto.STRING, 1)],
        [port("sum", TensorProto.FLOAT, 1), port("same", TensorProto.STRING, 1)]))
    identity(root, "table", TensorProto.FLOAT)
    with Server(root) as server:
        yield server


def test_health(one):
    for path in ["/ping", "/health", "/version"]:
        assert call(one, path)[0] == 200


@pytest.mark.parametrize("body", [
    {"dataframe_split": {"columns": ["p", "q", "r"], "data": [[1, 2, 3], [4, None, 6]]}},
    {"dataframe_split": {"data": [[1, 2, 3], [4, None, 6]], "index": [0, 1], "columns": [0, 1, 2]}},
    {"dataframe_split": {"data": [[1, 2, 3], [4, None, 6]]}},
    {"dataframe_records": [{"p": 1, "q": 2, "r": 3}, {"r": 6, "q": None, "p": 4}]},
    {"instances": [[1, 2, 3], [4, float("nan"), 6]]},
    {"inputs": [[1, 2, 3], [4, float("nan"), 6]]},
    {"inputs": {"x": [[1, 2, 3], [4, float("nan"), 6]]}, "params": {"a": 1}},
])
def test_every_form_of_a_table(one, body):
    status, _, reply = call(one, "/invocations", body, **{"Content-Type": "application/json"})
    assert status == 200, reply
    answer = json.loads(reply)
    np.testing.assert_array_equal(np.array(answer.get("predictions"), np.float32), np.array([[1, 2, 3], [4, np.nan, 6]], np.float32))


def test_csv(one):
    status, _, reply = call(one, "/invocations", b"p,q,r\n1,2,3\r\n4,,6\n", **{"Content-Type": "text/csv"})
    assert status == 200, reply
    np.testing.assert_array_equal(np.array(json.loads(reply)["predictions"]), np.array([[1, 2, 3], [4, np.nan, 6]]))


@pytest.mark.parametrize("path", ["/invocations/columns", "/invocations?model=columns"])
def test_columns_are_inputs_by_name(named, path):
    body = {"dataframe_split": {"columns": ["word", "part", "whole"], "data": [["a", 0.5, 1], ["b", 1, 2.0]]}}
    status, _, reply = call(named, path, body, **{"Content-Type": "application/json"})
    assert status == 200, reply
    assert json.loads(reply) == {"predictions": [{"sum": [1.5], "same": ["a"]}, {"sum": [3], "same": ["b"]}]}
    csv = b'whole,part,word\n1,0.5,"a ""quoted"", word"\n'
    status, _, reply = call(named, path, csv, **{"Content-Type": "text/csv"})
    assert status == 200 and json.loads(reply)["predictions"][0]["same"] == ['a "quoted", word'], reply


@pytest.mark.parametrize("words, body, kind", [
    (["several models"], {"instances": [[1, 2, 3]]}, None), (["expected"], {}, "table"), (["'x'"], {"x": 1}, "table"),
    (["row 1"], {"dataframe_split": {"columns": ["p", "q", "r"], "data": [[1, 2, 3], [1, 2]]}}, "table"),
    (["row 0", "'q'"], {"dataframe_split": {"columns": ["p", "q", "r"], "data": [[1, "x", 3]]}}, "table"),
    (["no rows"], {"dataframe_records": []}, "table"), (["column"], {"dataframe_records": [{"p": 1}, {"q": 1}]}, "table"),
    (["2 columns"], {"dataframe_records": [{"p": 1, "q": 2}]}, "table"), (["only one"], {"instances": [[1, 2, 3]], "inputs": [[1, 2, 3]]}, "table"),
    (["inputs of model"], {"dataframe_records": [{"p": 1, "q": 2}]}, "columns"),
    (["colour"], {"dataframe_records": [{"whole": 1, "part": 1, "word": "a", "colour": 2}]}, "columns"),
])
def test_what_is_wrong_is_said(named, words, body, kind):
    status, _, reply = call(named, "/invocations" + (f"/{kind}" if kind else ""), body, **{"Content-Type": "application/json"})
    error = json.loads(reply)
    assert status == 400 and error["error_code"] == "BAD_REQUEST"
    for word in words:
        assert word in error["message"], error["message"]


def test_other_content_types(one):
    status, _, reply = call(one, "/invocations", b"x", **{"Content-Type": "application/xml"})
    assert status == 415 and "application/xml" in json.loads(reply)["message"]
