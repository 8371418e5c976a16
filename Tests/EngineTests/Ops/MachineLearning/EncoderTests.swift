import Engine
import Tensors
import Testing

private let domain = "ai.onnx.ml"

@Suite struct EncoderTests {
    private func encode(_ x: Tensor, version: Int = 4, _ attributes: [String: Attribute]) throws -> Tensor {
        try apply("LabelEncoder", [x], version: version, domain: domain, attributes)[0]
    }

    @Test func `labels of every type to labels of every type`() throws {
        let words = Tensor.strings(["b", "?", "a"], [3])
        #expect(try encode(words, version: 1, ["classes_strings": .strings(["a", "b"])]).int64s == [1, -1, 0])
        #expect(try encode(.int64s([1, 5], [2]), version: 1, ["classes_strings": .strings(["a", "b"])]).texts == ["b", "_Unused"])
        #expect(
            try encode(
                words, version: 2, ["keys_strings": .strings(["a", "b"]), "values_floats": .floats([1, 2]), "default_float": .float(9)]
            ).floats == [2, 9, 1])
        #expect(
            try encode(.int64s([4, 5], [2]), ["keys_int64s": .ints([4]), "values_strings": .strings(["four"])]).texts == [
                "four", "_Unused",
            ])
        let tensors: [String: Attribute] = [
            "keys_tensor": .tensor(.doubles([1.5, .nan], [2])),
            "values_tensor": .tensor(Tensor([Int16(7), 8], dataType: .int16, shape: [2])),
            "default_tensor": .tensor(Tensor([Int16(-5)], dataType: .int16, shape: [1])),
        ]
        #expect(try encode(.doubles([.nan, 1.5, 0], [3]), tensors).elements(as: Int16.self) == [8, 7, -5])
        #expect(try encode(.floats([-0.0], [1]), ["keys_floats": .floats([0]), "values_int64s": .ints([3])]).int64s == [3])
        #expect(try encode(.int64s([2], [1]), ["keys_int64s": .ints([2, 2]), "values_int64s": .ints([3, 4])]).int64s == [4])
    }

    @Test func `keys and values that do not fit are the model's fault`() {
        #expect(
            fault(
                "LabelEncoder", [.int64s([1], [1])], version: 4, domain: domain,
                ["keys_int64s": .ints([1, 2]), "values_int64s": .ints([3])])?.code == .malformedModel)
        #expect(
            fault("LabelEncoder", [.int64s([1], [1])], version: 4, domain: domain, ["keys_int64s": .ints([1])])?.code == .malformedModel)
        #expect(
            fault(
                "LabelEncoder", [.floats([1], [1])], version: 4, domain: domain, ["keys_int64s": .ints([1]), "values_int64s": .ints([3])])?
                .code == .malformedModel)
    }

    @Test func `one hot, categories, binarizer, scaler, imputer and normalizer`() throws {
        #expect(
            try apply("OneHotEncoder", [.floats([2, 7.9, .nan], [3])], domain: domain, ["cats_int64s": .ints([7, 2])])[0].floats == [
                0, 1, 1, 0, 0, 0,
            ])
        #expect(
            fault("OneHotEncoder", [.int64s([3], [1])], domain: domain, ["cats_int64s": .ints([7]), "zeros": .int(0)])?.code
                == .invalidInput)
        let categories: [String: Attribute] = [
            "cats_strings": .strings(["x", "y"]), "cats_int64s": .ints([5, 6]), "default_int64": .int(-3),
        ]
        #expect(try apply("CategoryMapper", [.strings(["y", "z"], [2])], domain: domain, categories)[0].int64s == [6, -3])
        #expect(try apply("CategoryMapper", [.int64s([5, 9], [2])], domain: domain, categories)[0].texts == ["x", "_Unused"])
        #expect(
            try apply("Binarizer", [.floats([0.5, 0.6, .nan], [3])], domain: domain, ["threshold": .float(0.5)])[0].floats == [0, 1, 0])
        #expect(
            try apply("Scaler", [.int64s([3, 4], [1, 2])], domain: domain, ["offset": .floats([1, 2]), "scale": .floats([10, 0.5])])[0]
                .floats == [20, 1])
        #expect(
            fault("Scaler", [.floats([1, 2, 3], [1, 3])], domain: domain, ["offset": .floats([1, 2]), "scale": .floats([1, 1])]) != nil)
        #expect(
            try apply(
                "Imputer", [.floats([.nan, 1, 2, .nan], [2, 2])], domain: domain,
                ["imputed_value_floats": .floats([8, 9]), "replaced_value_float": .float(.nan)])[0].floats == [8, 1, 2, 9])
        #expect(
            try apply(
                "Imputer", [.int64s([-1, 4], [2])], domain: domain, ["imputed_value_int64s": .ints([7]), "replaced_value_int64": .int(-1)])[
                    0
                ].int64s == [7, 4])
        #expect(
            try apply("Normalizer", [.floats([3, -4, 0, 0], [2, 2])], domain: domain, ["norm": .string("L2")])[0].floats == [
                0.6, -0.8, 0, 0,
            ])
        #expect(try apply("Normalizer", [.floats([1, -3], [1, 2])], domain: domain, ["norm": .string("L1")])[0].floats == [0.25, -0.75])
    }

    @Test func `features side by side and by position`() throws {
        let joined = try apply(
            "FeatureVectorizer", [.floats([1, 2], [2, 1]), .int64s([3, 4, 5, 6], [2, 2])], domain: domain,
            ["inputdimensions": .ints([2, 1])])[0]
        #expect(joined.floats == [1, 0, 3, 2, 0, 5])
        #expect(try apply("ArrayFeatureExtractor", [.counting([2, 3]), .int64s([2, 0], [2])], domain: domain)[0].floats == [2, 0, 5, 3])
        #expect(try apply("ArrayFeatureExtractor", [.counting([3]), .int64s([1], [1])], domain: domain)[0].shape == [1, 1])
        #expect(fault("ArrayFeatureExtractor", [.counting([3]), .int64s([3], [1])], domain: domain)?.message.contains("index 3") == true)
    }
}

@Suite struct MapOperatorTests {
    private func run(_ name: String, _ value: Value, _ attributes: [String: Attribute]) throws -> Value {
        let node = Node(name: name, operatorName: name, domain: domain, version: 1, inputs: ["x"], outputs: ["y"], attributes: attributes)
        return try SingleOperator.run(node, [value])[0]
    }

    @Test func `a row of scores becomes a map in the order of its keys`() throws {
        let value = try run("ZipMap", .tensor(.floats([1, 2, 3, 4], [2, 2])), ["classlabels_strings": .strings(["b", "a"])])
        guard case .sequence(let maps, _) = value, case .map(let entries, _) = maps[1] else {
            Issue.record("\(value)")
            return
        }
        #expect(maps.count == 2)
        #expect(entries.map { $0.key.tensor?.texts } == [["a"], ["b"]])
        #expect(entries.map { $0.value.tensor?.floats } == [[4], [3]])
    }

    private func map(_ entries: [(Int64, Float)]) -> Value {
        .map(
            entries.map { (.tensor(.int64s([$0.0], .scalar)), .tensor(.floats([$0.1], .scalar))) },
            type: .map(key: .int64, value: .tensor(.float32)))
    }

    @Test func `maps become rows`() throws {
        let value = map([(4, 1.5), (1, 2)])
        #expect(try run("CastMap", value, [:]).tensor?.floats == [2, 1.5])
        #expect(try run("CastMap", value, ["map_form": .string("SPARSE"), "max_map": .int(3)]).tensor?.floats == [0, 2, 0])
        #expect(try run("CastMap", value, ["cast_to": .string("TO_STRING")]).tensor?.texts == ["2.000000", "1.500000"])
        #expect(try run("CastMap", map([(0, .nan)]), ["cast_to": .string("TO_INT64")]).tensor?.int64s == [.min])
        #expect(try run("DictVectorizer", value, ["int64_vocabulary": .ints([9, 4, 4])]).tensor?.floats == [0, 1.5, 1.5])
        #expect(throws: EngineError.self) { try run("CastMap", map([(-1, 0)]), ["map_form": .string("SPARSE")]) }
        #expect(throws: EngineError.self) { try run("CastMap", value, ["map_form": .string("SPARSE"), "max_map": .int(.max)]) }
    }
}

@Suite struct LinearAndVectorMachineTests {
    @Test func `linear scores, one for two classes and one for each`() throws {
        let x = Tensor.floats([1, 2, -1, 0], [2, 2])
        let binary = try apply(
            "LinearClassifier", [x], domain: domain, outputs: 2,
            ["coefficients": .floats([1, 1]), "intercepts": .floats([-1]), "classlabels_strings": .strings(["no", "yes"])])
        #expect(binary[0].texts == ["yes", "no"])
        #expect(binary[1].floats == [-1, 2, 3, -2])
        let several = try apply(
            "LinearClassifier", [x], domain: domain, outputs: 2,
            ["coefficients": .floats([1, 0, 0, 1, -1, 0]), "intercepts": .floats([0, 0, 0.5]), "classlabels_ints": .ints([4, 5, 6])])
        #expect(several[0].int64s == [5, 6])
        #expect(several[1].floats == [1, 2, -0.5, -1, 0, 1.5])
        #expect(
            try apply("LinearRegressor", [x], domain: domain, ["coefficients": .floats([1, 2]), "intercepts": .floats([3])])[0].floats == [
                8, 2,
            ])
        #expect(fault("LinearRegressor", [x], domain: domain, ["coefficients": .floats([1, 2, 3])]) != nil)
        #expect(fault("LinearRegressor", [x], domain: domain, ["coefficients": .floats([1, 2]), "targets": .int(0)]) != nil)
    }

    @Test func `support vectors compare rows`() throws {
        let x = Tensor.floats([1, 0, 0, 1], [2, 2])
        let attributes: [String: Attribute] = [
            "kernel_type": .string("RBF"), "kernel_params": .floats([1, 0, 0]), "support_vectors": .floats([1, 0]), "n_supports": .int(1),
            "coefficients": .floats([2]), "rho": .floats([0.5]),
        ]
        let result = try apply("SVMRegressor", [x], domain: domain, attributes)[0].floats
        #expect(result[0] == 2.5 && abs(result[1] - (2 * 0.13533528 + 0.5)) < 1e-6)
        for (name, value) in [
            ("n_supports", Attribute.int(3)), ("rho", .floats([])), ("coefficients", .floats([])), ("kernel_params", .floats([1])),
        ] {
            var broken = attributes
            broken[name] = value
            #expect(fault("SVMRegressor", [x], domain: domain, broken)?.code == .malformedModel, "\(name)")
        }
    }

    @Test func `vector counts that overflow are the model's fault`() {
        let attributes: [String: Attribute] = [
            "classlabels_ints": .ints([0, 1]), "vectors_per_class": .ints([.max, .max]), "coefficients": .floats([1]), "rho": .floats([0]),
        ]
        #expect(fault("SVMClassifier", [.floats([1], [1, 1])], domain: domain, outputs: 2, attributes)?.code == .malformedModel)
    }
}
