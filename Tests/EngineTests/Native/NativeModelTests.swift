import Engine
import Tensors
import Testing

private func predict(_ text: String, _ rows: Tensor) throws -> [Tensor] {
    try Model.load(native: Array(text.utf8)).run([rows]).compactMap(\.tensor)
}

private func fault(_ text: String) -> EngineError? {
    do {
        _ = try Model.load(native: Array(text.utf8))
        return nil
    } catch { return error }
}

/// One tree over two features: feature 0 against 0.5, and feature 1 by category below it.
private let xgboost = """
    {"learner": {"attributes": {}, "feature_names": [], "feature_types": [],
      "gradient_booster": {"name": "gbtree", "model": {"tree_info": [0], "trees": [{
        "left_children": [1, 3, -1, -1, -1], "right_children": [2, 4, -1, -1, -1], "split_indices": [0, 1, 0, 0, 0],
        "split_conditions": [5E-1, 1E-45, 3, 1, 2], "default_left": [1, 0, 0, 0, 0], "categories": [0, 2], "categories_nodes": [1],
        "categories_segments": [0], "categories_sizes": [2], "tree_param": {"size_leaf_vector": "1"}}]}},
      "learner_model_param": {"base_score": "[2.5E-1]", "num_class": "0", "num_feature": "2", "num_target": "1"},
      "objective": {"name": "reg:squarederror"}}, "version": [3, 0, 0]}
    """

@Suite struct XGBoostModelTests {
    @Test func `bounds, categories, missing values and the base score`() throws {
        let rows: [Float] = [
            1, 0, .nan, 1, 0, 0, 0, 2, 0, 2.9, 0, 3, 0, -1, 0, .nan, 0.5, 0,
        ]
        // Members of the set go right; what is no category goes left; a missing one goes right here.
        #expect(try predict(xgboost, .floats(rows, [9, 2]))[0].floats == [3.25, 1.25, 2.25, 2.25, 2.25, 1.25, 1.25, 2.25, 3.25])
        #expect(try predict(xgboost, .floats([], [0, 2]))[0].shape == [0])
    }

    @Test func `the base score is given as a prediction`() throws {
        let logistic = xgboost.replacing("reg:squarederror", with: "binary:logistic")
        #expect(abs(try predict(logistic, .floats([1, 0], [1, 2]))[0].floats[0] - 0.870053) < 1e-5)
        let plain = xgboost.replacing("\"[2.5E-1]\"", with: "\"2.5E-1\"")
        #expect(try predict(plain, .floats([1, 0], [1, 2]))[0].floats == [3.25])
        #expect(fault(xgboost.replacing("[2.5E-1]", with: "[]"))?.code == .malformedModel)
        #expect(fault(xgboost.replacing("[2.5E-1]", with: "[1,2]"))?.code == .malformedModel)
        #expect(fault(xgboost.replacing("reg:squarederror", with: "my:own"))?.code == .unsupported)
    }

    @Test(arguments: [
        ("\"left_children\": [1, 3", "\"left_children\": [0, 3"), ("\"left_children\": [1, 3", "\"left_children\": [9, 3"),
        ("\"right_children\": [2, 4", "\"right_children\": [-5, 4"), ("\"split_indices\": [0, 1", "\"split_indices\": [0, 7"),
        ("\"split_indices\": [0, 1", "\"split_indices\": [0, -1"), ("\"categories_sizes\": [2]", "\"categories_sizes\": [3]"),
        ("\"categories_segments\": [0]", "\"categories_segments\": [9223372036854775807]"),
        ("\"categories_nodes\": [1]", "\"categories_nodes\": [-1]"),
        ("\"categories\": [0, 2]", "\"categories\": [0, 99999999999]"), ("\"tree_info\": [0]", "\"tree_info\": [5]"),
        ("\"tree_info\": [0]", "\"tree_info\": []"), ("\"num_feature\": \"2\"", "\"num_feature\": \"-2\""),
        ("\"num_class\": \"0\"", "\"num_class\": \"9999999999\""), ("\"size_leaf_vector\": \"1\"", "\"size_leaf_vector\": \"7\""),
        ("\"default_left\": [1, 0, 0, 0, 0]", "\"default_left\": [1]"), ("\"name\": \"gbtree\"", "\"name\": \"gbforest\""),
        ("\"split_conditions\": [5E-1", "\"split_conditions\": [\"x\""), ("\"trees\": [{", "\"trees\": {\"a\": {"),
    ])
    func `a model that contradicts itself is told apart from one that is fine`(_ part: String, _ broken: String) {
        let text = xgboost.replacing(part, with: broken)
        #expect(text != xgboost)
        #expect(fault(text) != nil)
    }
}

@Suite struct UBJSONReaderTests {
    /// {"learner": {"x": [i 1, d 0.5], "y": $U#2 [7 8], "z": "ä", "n": null, "t": true}}
    private let document: [UInt8] =
        [0x7B, 0x69, 7] + Array("learner".utf8) + [0x7B, 0x69, 1, 0x78, 0x5B, 0x69, 1, 0x64, 0x3F, 0, 0, 0, 0x5D]
        + [0x69, 1, 0x79, 0x5B, 0x24, 0x55, 0x23, 0x69, 2, 7, 8, 0x69, 1, 0x7A, 0x53, 0x69, 2, 0xC3, 0xA4]
        + [0x69, 1, 0x6E, 0x5A, 0x69, 1, 0x74, 0x54, 0x7D, 0x7D]

    @Test func `a document that is whole is read, and then refused for what it is`() {
        #expect(code(document) == .unsupported)
    }

    private func code(_ bytes: [UInt8]) -> EngineError.Code? {
        do {
            _ = try Model.load(native: bytes)
            return nil
        } catch { return error.code }
    }

    @Test func `no beginning of a document is one, and no changed byte does harm`() {
        for length in 0..<document.count { #expect(code(Array(document[..<length])) != nil) }
        for place in document.indices {
            for value in UInt8.min...UInt8.max {
                var changed = document
                changed[place] = value
                #expect(code(changed) != nil)
            }
        }
    }

    @Test func `counts beyond the document are refused before memory is taken`() {
        let huge: [UInt8] = [0x7B, 0x69, 1, 0x61, 0x5B, 0x24, 0x64, 0x23, 0x4C, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]
        #expect(code(huge) == .malformedModel)
        let constant: [UInt8] = [0x7B, 0x69, 1, 0x61, 0x5B, 0x24, 0x5A, 0x23, 0x6C, 0x7F, 0xFF, 0xFF, 0xFF]
        #expect(code(constant) == .malformedModel)
        #expect(code([0x7B, 0x69, 1, 0x61] + [UInt8](repeating: 0x5B, count: 100_000)) == .resourceExhausted)
    }
}

@Suite struct JSONDocumentTests {
    @Test func `depth has a bound, in brackets but not in text`() {
        #expect(fault("{\"a\": " + String(repeating: "[", count: 100_000))?.code == .resourceExhausted)
        #expect(fault("{\"a\": \"" + String(repeating: "[", count: 1000) + "\"}")?.code == .unsupported)
    }

    @Test func `no beginning of a document is one, and no changed byte does harm`() {
        let bytes = Array(xgboost.utf8)
        for length in 0..<bytes.count { #expect(throws: EngineError.self) { try Model.load(native: Array(bytes[..<length])) } }
        for place in bytes.indices {
            for value: UInt8 in [0, 0x22, 0x2D, 0x5B, 0x5C, 0x7B, 0x7D, 0x80, 0xC3, 0xFF] {
                var changed = bytes
                changed[place] = value
                _ = try? Model.load(native: changed)
            }
        }
    }

    @Test func `numbers that the standard does not have are read where they stand as numbers`() throws {
        let text = xgboost.replacing(
            "\"default_left\"", with: "\"loss_changes\": [NaN, -Infinity, Infinity, 0], \"N\\\"aN\": \"NaN [\", \"default_left\"")
        #expect(try predict(text, .floats([1, 0], [1, 2]))[0].floats == [3.25])
        let infinite = xgboost.replacing("\"split_conditions\": [5E-1", with: "\"split_conditions\": [Infinity")
        #expect(try predict(infinite, .floats([1, 1], [1, 2]))[0].floats == [1.25])
    }

    @Test(arguments: ["{", "{]", "{\"a\"}", "nonsense", "", "[1]", "{\"a\": 1e999999}"])
    func `what is no document is refused`(_ text: String) {
        #expect(fault(text) != nil)
    }
}

@Suite struct LightGBMModelTests {
    /// decision_type 2 keeps zeros and missing values apart in no way; 6 takes zeros for missing, 10 values that are no numbers.
    private func model(kind: Int = 2, extra: String = "", objective: String = "regression", bound: String = "0.5", children: String = "-1")
        -> String
    {
        """
        tree
        version=v4
        num_class=1
        num_tree_per_iteration=1
        max_feature_idx=0
        objective=\(objective)
        tree_sizes=1

        Tree=0
        num_leaves=2
        num_cat=0
        split_feature=0
        threshold=\(bound)
        decision_type=\(kind)
        left_child=\(children)
        right_child=-2
        leaf_value=1 2
        \(extra)

        end of trees

        feature_importances:
        """
    }

    private let rows: [Double] = [0.5, 0.6, -3, 0, .nan]

    @Test func `what is missing goes where the branch says`() throws {
        #expect(try predict(model(), .doubles(rows, [5, 1]))[0].doubles == [1, 2, 1, 1, 1])
        #expect(try predict(model(bound: "-1"), .doubles(rows, [5, 1]))[0].doubles == [2, 2, 1, 2, 2])
        #expect(try predict(model(kind: 10), .doubles(rows, [5, 1]))[0].doubles == [1, 2, 1, 1, 1])
        #expect(try predict(model(kind: 8), .doubles(rows, [5, 1]))[0].doubles == [1, 2, 1, 1, 2])
        #expect(try predict(model(kind: 6, bound: "-1"), .doubles(rows, [5, 1]))[0].doubles == [2, 2, 1, 1, 1])
        #expect(try predict(model(kind: 4), .doubles(rows, [5, 1]))[0].doubles == [1, 2, 1, 2, 2])
    }

    @Test func `categories are bits, fractions are cut off`() throws {
        let text = model(kind: 1, extra: "cat_boundaries=0 1\ncat_threshold=5", bound: "0")
        let x: [Double] = [0, 1, 2, 2.9, -0.5, -1, .nan, 40]
        #expect(try predict(text, .doubles(x, [8, 1]))[0].doubles == [1, 2, 1, 1, 1, 2, 2, 2])
    }

    @Test func `objectives finish the scores`() throws {
        let value = try predict(model(objective: "binary sigmoid:2"), .doubles([0], [1, 1]))[0].doubles[0]
        #expect(abs(value - 0.8807970779778823) < 1e-15)
        #expect(try predict(model(objective: "regression sqrt"), .doubles([1], [1, 1]))[0].doubles == [4])
        #expect(fault(model(objective: "mystery"))?.code == .unsupported)
    }

    @Test func `a model that contradicts itself is refused`() {
        #expect(fault(model(children: "0"))?.code == .malformedModel)
        #expect(fault(model(children: "7"))?.code == .malformedModel)
        #expect(fault(model(children: "-9"))?.code == .malformedModel)
        #expect(fault(model(bound: "zero"))?.code == .malformedModel)
        #expect(fault(model(kind: 14))?.code == .malformedModel)
        #expect(fault(model(kind: 1, bound: "3"))?.code == .malformedModel)
        #expect(fault(model(kind: 1, extra: "cat_boundaries=0 9\ncat_threshold=5", bound: "0"))?.code == .malformedModel)
        #expect(
            fault(model(extra: "is_linear=1\nleaf_const=0 0\nnum_features=1 9\nleaf_features=0\nleaf_coeff=1"))?.code == .malformedModel)
        #expect(fault("tree\nmax_feature_idx=9223372036854775807\nnum_tree_per_iteration=1\n") != nil)
        #expect(fault("tree\nmax_feature_idx=1\nnum_tree_per_iteration=0\n") != nil)
    }
}

@Suite struct LayeredModelTests {
    private let iris = """
        {"format": "martlet.layers/1", "input": {"name": "x", "features": 2}, "scaling": {"mean": [1, 1], "scale": [2, 4]},
         "layers": [{"weights": [[1, 0], [0, 1], [1, 1]], "bias": [0, 0, -1], "activation": "relu"}, {"weights": [[1, 1, 1]]}],
         "output": {"name": "score", "labels": ["low", "high"], "threshold": 2}}
        """

    @Test func `layers one after the other, with labels`() throws {
        let result = try predict(iris, .floats([5, 9, 1, 1], [2, 2]))
        #expect(result[0].floats == [7, 0])
        #expect(result[1].texts == ["high", "low"])
        let model = try Model.load(native: Array(iris.utf8))
        #expect(model.signature.inputs.map(\.name) == ["x"])
        #expect(model.signature.outputs.map(\.name) == ["score", "label"])
        #expect(model.batchability == .batchable)
    }

    @Test func `a linear model is one layer`() throws {
        let text =
            #"{"format": "martlet.layers/1", "layers": [{"weights": [[2, 3], [0, 1]], "bias": [1, 0], "activation": "softmax"}], "output": {"labels": [4, 9]}}"#
        let result = try predict(text, .floats([0, 0], [1, 2]))
        #expect(abs(result[0].floats[0] - 0.7310586) < 1e-6)
        #expect(result[1].int64s == [4])
    }

    @Test(arguments: [
        ("\"features\": 2", "\"features\": 3"), ("\"mean\": [1, 1]", "\"mean\": [1]"), ("[1, 1]], \"bias\"", "[1]], \"bias\""),
        ("\"bias\": [0, 0, -1]", "\"bias\": [0]"), ("\"relu\"", "\"swoosh\""), ("[\"low\", \"high\"]", "[\"low\", \"mid\", \"high\"]"),
        ("[\"low\", \"high\"]", "[\"low\", 3]"), ("\"threshold\"", "\"treshold\""), ("[[1, 1, 1]]", "[]"), ("[[1, 1, 1]]", "[[]]"),
        ("\"weights\": [[1, 0]", "\"weights\": [[\"a\", 0]"),
    ])
    func `what does not fit is refused`(_ part: String, _ broken: String) {
        let text = iris.replacing(part, with: broken)
        #expect(text != iris)
        #expect(fault(text) != nil)
    }
}
