import Engine
import Tensors
import Testing

/// One branch on feature 0 with two leaves, as attributes of the operators before operator set 5.
private func stump(_ mode: String = "BRANCH_LEQ", bound: Float = 0, missingTaken: Bool = false) -> [String: Attribute] {
    [
        "nodes_treeids": .ints([0, 0, 0]), "nodes_nodeids": .ints([0, 1, 2]), "nodes_featureids": .ints([0, 0, 0]),
        "nodes_modes": .strings([ByteString(mode), "LEAF", "LEAF"]), "nodes_values": .floats([bound, 0, 0]),
        "nodes_truenodeids": .ints([1, 0, 0]), "nodes_falsenodeids": .ints([2, 0, 0]),
        "nodes_missing_value_tracks_true": .ints([missingTaken ? 1 : 0, 0, 0]),
    ]
}

private func leaves(_ kind: String, _ weights: [(node: Int, target: Int, weight: Float)]) -> [String: Attribute] {
    [
        "\(kind)_treeids": .ints(weights.map { _ in 0 }), "\(kind)_nodeids": .ints(weights.map(\.node)),
        "\(kind)_ids": .ints(weights.map(\.target)), "\(kind)_weights": .floats(weights.map(\.weight)),
    ]
}

private let domain = "ai.onnx.ml"

@Suite struct TreeEnsembleRegressorTests {
    private func results(_ x: Tensor, _ attributes: [String: Attribute]) throws -> [Float] {
        try apply("TreeEnsembleRegressor", [x], version: 3, domain: domain, attributes)[0].floats
    }

    @Test(arguments: ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"])
    func `every condition is that of the language, with every odd number`(_ mode: String) throws {
        let odd: [Float] = [
            0, -0.0, 1, -1, .nan, .infinity, -.infinity, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, 1.0000001,
            .greatestFiniteMagnitude,
        ]
        for bound in odd {
            for missingTaken in [false, true] {
                var attributes = stump(mode, bound: bound, missingTaken: missingTaken)
                attributes.merge(leaves("target", [(1, 0, 1), (2, 0, 0)])) { $1 }
                let found = try results(.floats(odd, [odd.count, 1]), attributes)
                for (value, result) in zip(odd, found) {
                    let holds =
                        switch mode {
                        case "BRANCH_LEQ": value <= bound
                        case "BRANCH_LT": value < bound
                        case "BRANCH_GTE": value >= bound
                        case "BRANCH_GT": value > bound
                        case "BRANCH_EQ": value == bound
                        default: value != bound
                        }
                    let expected = holds || value.isNaN && missingTaken
                    #expect(result == (expected ? 1 : 0), "\(value) \(mode) \(bound), missing \(missingTaken)")
                }
            }
        }
    }

    @Test func `sums, averages, extremes and base values`() throws {
        func results(_ aggregate: String, _ targets: Int, _ base: [Float]) throws -> [Float] {
            var attributes = stump()
            attributes.merge(leaves("target", targets == 1 ? [(1, 0, 0.8), (2, 0, 0.1)] : [(1, 0, 0.8), (2, 1, 0.1)])) { $1 }
            attributes["aggregate_function"] = .string(ByteString(aggregate))
            attributes["n_targets"] = .int(targets)
            attributes["base_values"] = .floats(base)
            return try self.results(.floats([-1, 1], [2, 1]), attributes)
        }
        for aggregate in ["SUM", "AVERAGE", "MIN", "MAX"] {
            #expect(try results(aggregate, 1, []) == [0.8, 0.1])
            #expect(try results(aggregate, 1, [1]) == [0.8 + 1, 0.1 + 1])
            #expect(try results(aggregate, 2, []) == [0.8, 0, 0, 0.1])
            #expect(try results(aggregate, 2, [1, 2]) == [0.8 + 1, 2, 1, 0.1 + 2])
        }
    }

    @Test func `a single result knows no transform but the probit`() throws {
        var attributes = stump()
        attributes.merge(leaves("target", [(1, 0, 0.8), (2, 0, 0.1)])) { $1 }
        attributes["post_transform"] = .string("LOGISTIC")
        #expect(try results(.floats([-1, 1], [2, 1]), attributes) == [0.8, 0.1])
        attributes["post_transform"] = .string("PROBIT")
        let probit = try results(.floats([-1, 1], [2, 1]), attributes)
        #expect(abs(probit[0] - 0.8417561) < 1e-6 && abs(probit[1] + 1.2817129) < 1e-6)
    }

    @Test func `rows of any number, also none, and other types`() throws {
        var attributes = stump()
        attributes.merge(leaves("target", [(1, 0, 1), (2, 0, 2)])) { $1 }
        #expect(try results(.floats([], [0, 1]), attributes) == [])
        #expect(try results(.floats([3], [1]), attributes) == [2])
        #expect(try results(.int64s([-3, 3], [2, 1]), attributes) == [1, 2])
        #expect(try results(.doubles([-1e-300, 1e-300], [2, 1]), attributes) == [1, 2])
        for rows in 1...20 {
            let x = (0..<rows).map { Float($0 % 3 - 1) }
            #expect(try results(.floats(x, [rows, 1]), attributes) == x.map { $0 <= 0 ? 1 : 2 })
        }
    }

    @Test func `trees that contradict themselves are the model's fault`() {
        func code(_ change: (inout [String: Attribute]) -> Void) -> EngineError.Code? {
            var attributes = stump()
            attributes.merge(leaves("target", [(1, 0, 1), (2, 0, 2)])) { $1 }
            change(&attributes)
            return fault("TreeEnsembleRegressor", [.floats([0], [1, 1])], version: 3, domain: domain, attributes)?.code
        }
        #expect(code { _ in } == nil)
        #expect(code { $0["nodes_truenodeids"] = .ints([0, 0, 0]) } == .malformedModel)
        #expect(code { $0["nodes_truenodeids"] = .ints([7, 0, 0]) } == .malformedModel)
        #expect(code { $0["nodes_nodeids"] = .ints([0, 1, 1]) } == .malformedModel)
        #expect(code { $0["nodes_featureids"] = .ints([-1, 0, 0]) } == .malformedModel)
        #expect(code { $0["nodes_featureids"] = .ints([.max, 0, 0]) } == .malformedModel)
        #expect(code { $0["nodes_featureids"] = .ints([1, 0, 0]) } == .invalidInput)
        #expect(code { $0["nodes_modes"] = .strings(["BRANCH_XX", "LEAF", "LEAF"]) } == .malformedModel)
        #expect(code { $0["nodes_values"] = .floats([0]) } == .malformedModel)
        #expect(code { $0["target_ids"] = .ints([0, 1]) } == .malformedModel)
        #expect(code { $0["target_ids"] = .ints([0, .min]) } == .malformedModel)
        #expect(code { $0["target_nodeids"] = .ints([0, 9]) } == .malformedModel)
        #expect(code { $0["n_targets"] = .int(0) } == .malformedModel)
        #expect(code { $0["n_targets"] = .int(.max) } == .malformedModel)
        #expect(code { $0["base_values"] = .floats([1, 2]) } == .malformedModel)
        #expect(code { $0["aggregate_function"] = .string("MEDIAN") } == .malformedModel)
    }

    @Test func `a tree of a hundred thousand levels is walked to its end`() throws {
        let depth = 100_000
        var attributes: [String: Attribute] = [
            "nodes_treeids": .ints([Int](repeating: 0, count: depth + 1)), "nodes_nodeids": .ints(Array(0...depth)),
            "nodes_featureids": .ints([Int](repeating: 0, count: depth + 1)),
            "nodes_modes": .strings([ByteString](repeating: "BRANCH_LEQ", count: depth) + ["LEAF"]),
            "nodes_values": .floats([Float](repeating: 0, count: depth + 1)),
            "nodes_truenodeids": .ints((0...depth).map { min($0 + 1, depth) }),
            "nodes_falsenodeids": .ints((0...depth).map { _ in depth }),
        ]
        attributes.merge(leaves("target", [(depth, 0, 7)])) { $1 }
        #expect(try results(.floats([-1, 1, .nan], [3, 1]), attributes) == [7, 7, 7])
    }
}

@Suite struct TreeEnsembleSetTests {
    /// A tree of operator set 5 whose only branch tests for membership.
    private func results(_ x: [Float], members: [Float], missingTaken: Bool = false) throws -> [Float] {
        try apply(
            "TreeEnsemble", [.floats(x, [x.count, 1])], version: 5, domain: domain,
            [
                "tree_roots": .ints([0]), "nodes_featureids": .ints([0]),
                "nodes_modes": .tensor(Tensor([UInt8(6)], dataType: .uint8, shape: [1])),
                "nodes_splits": .tensor(.floats([0], [1])), "nodes_truenodeids": .ints([0]), "nodes_falsenodeids": .ints([1]),
                "nodes_trueleafs": .ints([1]), "nodes_falseleafs": .ints([1]), "leaf_targetids": .ints([0, 0]),
                "leaf_weights": .tensor(.floats([1, 0], [2])), "n_targets": .int(1),
                "membership_values": .tensor(.floats(members + [.nan], [members.count + 1])),
                "nodes_missing_value_tracks_true": .ints([missingTaken ? 1 : 0]),
            ])[0].floats
    }

    @Test func `exactly the members, whatever their order and however many`() throws {
        let members: [Float] = [7, 3, 3, -2, 100, 101, 102.5, 0]
        let x: [Float] = [7, 3, -2, 100, 101, 102.5, 0, -0.0, 6, 3.0000002, 2.9999998, 102, .nan, .infinity, 1]
        #expect(try results(x, members: members) == x.map { members.contains($0) ? 1 : 0 })
        #expect(try results(x, members: members, missingTaken: true) == x.map { members.contains($0) || $0.isNaN ? 1 : 0 })
        let many = (0..<500).map { Float($0 * 3) }
        let every = (0..<1500).map(Float.init)
        #expect(try results(every, members: many) == every.map { Int($0) % 3 == 0 ? 1 : 0 })
        #expect(try results([1, 2], members: []) == [0, 0])
    }

    @Test func `neighbours in the number line are told apart`() throws {
        let value: Float = 5
        let x = [value.nextDown, value, value.nextUp, value.nextUp.nextUp]
        #expect(try results(x, members: [value, value.nextUp]) == [0, 1, 1, 0])
    }
}

@Suite struct TreeEnsembleClassifierTests {
    private func outcome(
        _ weights: [(node: Int, target: Int, weight: Float)], labels: [Int] = [3, 7], base: [Float] = [], _ transform: String = "NONE"
    ) throws -> (labels: [Int64], scores: [Float]) {
        var attributes = stump()
        attributes.merge(leaves("class", weights)) { $1 }
        attributes["classlabels_int64s"] = .ints(labels)
        attributes["base_values"] = .floats(base)
        attributes["post_transform"] = .string(ByteString(transform))
        let result = try apply("TreeEnsembleClassifier", [.floats([-1, 1], [2, 1])], version: 3, domain: domain, outputs: 2, attributes)
        return (result[0].int64s, result[1].floats)
    }

    private func near(_ found: [Float], _ expected: [Float]) -> Bool {
        found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) < 1e-6 }
    }

    private let both: [(node: Int, target: Int, weight: Float)] = [(1, 0, 0.8), (1, 1, 0.2), (2, 0, 0.1), (2, 1, 0.9)]

    @Test func `one score for two classes is a probability when nothing is negative`() throws {
        let found = try outcome([(1, 0, 0.2), (2, 0, 0.9)])
        #expect(found.labels == [3, 7])
        #expect(near(found.scores, [0.8, 0.2, 0.1, 0.9]))
        let second = try outcome([(1, 1, 0.2), (2, 1, 0.9)])
        #expect(second.labels == [3, 7])
        #expect(near(second.scores, [0, 0.2, 0, 0.9]))
    }

    @Test func `and a distance otherwise`() throws {
        let found = try outcome([(1, 0, -0.2), (2, 0, 0.9)])
        #expect(found.labels == [3, 7])
        #expect(near(found.scores, [0.2, -0.2, -0.9, 0.9]))
        #expect(near(try outcome([(1, 0, -0.2), (2, 0, 0.9)], "LOGISTIC").scores, [0.54983395, 0.45016605, 0.28905052, 0.7109495]))
        #expect(near(try outcome([(1, 0, 0.2), (2, 0, 0.9)], "LOGISTIC").scores, [0.45016605, 0.54983395, 0.28905052, 0.7109495]))
        #expect(near(try outcome([(1, 0, -0.2), (2, 0, 0.9)], base: [0.3], "NONE").scores, [-0.1, 0.1, -1.2, 1.2]))
    }

    @Test func `two base values`() throws {
        #expect(near(try outcome(both, base: [0.3, 0.4]).scores, [-1.2, 1.2, -0.5, 0.5]))
        let found = try outcome([(1, 0, -0.2), (2, 0, 0.9)], base: [0.3, 0.4])
        #expect(found.labels == [7, 7])
        #expect(near(found.scores, [0.1, 0, 1.2, 0]))
    }

    @Test func `scores for both classes are transformed as they are`() throws {
        #expect(near(try outcome(both).scores, [0.8, 0.2, 0.1, 0.9]))
        #expect(near(try outcome(both, "SOFTMAX").scores, [0.6456563, 0.35434368, 0.3100255, 0.6899744]))
        #expect(near(try outcome(both, "LOGISTIC").scores, [0.6899745, 0.54983395, 0.5249792, 0.7109495]))
    }

    @Test func `of more classes the best wins, the first of equals`() throws {
        let found = try outcome([(1, 1, -0.2), (2, 2, 0.9)], labels: [3, 7, 9])
        #expect(found.labels == [7, 9])
        #expect(near(found.scores, [0, -0.2, 0, 0, 0, 0.9]))
        let based = try outcome([(1, 1, -0.2), (2, 2, 0.9)], labels: [3, 7, 9], base: [0.1, 0.2, 0.3], "SOFTMAX")
        #expect(based.labels == [9, 9])
        #expect(near(based.scores, [0.31987306, 0.28943312, 0.39069384, 0.1957201, 0.21630417, 0.5879757]))
        #expect(try outcome([(1, 0, 1), (1, 1, 1), (1, 2, 1), (2, 2, 1)], labels: [3, 7, 9]).labels == [3, 9])
    }

    @Test func `a single class applies or does not`() throws {
        #expect(try outcome([(1, 0, -0.2), (2, 0, 0.9)], labels: [3]).labels == [0, 1])
    }
}

@Suite struct UnevenTreeTests {
    /// Tree `t` is a chain of t + 1 tests of feature 0: above i it ends in the leaf i, past them all, or missing, in the last.
    private func chains(_ trees: Int) -> [String: Attribute] {
        var lists: [String: [Int]] = [:]
        var modes: [ByteString] = []
        var bounds: [Float] = []
        var weights: [Float] = []
        for tree in 0..<trees {
            let tests = tree + 1
            for node in 0..<2 * tests + 1 {
                let isLeaf = node >= tests
                lists["nodes_treeids", default: []].append(tree)
                lists["nodes_nodeids", default: []].append(node)
                lists["nodes_featureids", default: []].append(0)
                lists["nodes_truenodeids", default: []].append(isLeaf ? 0 : tests + node)
                lists["nodes_falsenodeids", default: []].append(isLeaf ? 0 : node + 1 == tests ? 2 * tests : node + 1)
                modes.append(isLeaf ? "LEAF" : "BRANCH_GT")
                bounds.append(isLeaf ? 0 : Float(node))
                if isLeaf {
                    lists["target_treeids", default: []].append(tree)
                    lists["target_nodeids", default: []].append(node)
                    lists["target_ids", default: []].append(0)
                    weights.append(Float(node - tests + 1))
                }
            }
        }
        var result = lists.mapValues(Attribute.ints)
        result["nodes_modes"] = .strings(modes)
        result["nodes_values"] = .floats(bounds)
        result["target_weights"] = .floats(weights)
        return result
    }

    @Test(arguments: [1, 2, 7, 8, 9, 17, 40]) func `walks that end early stay where they are, also where values are missing`(_ trees: Int)
        throws
    {
        let x: [Float] = [0.5, -1, .nan, 100, 3.5]
        let found = try apply("TreeEnsembleRegressor", [.floats(x, [5, 1])], version: 3, domain: domain, chains(trees))[0].floats
        let expected = x.map { value in
            (0..<trees).reduce(Float(0)) { sum, tree in sum + Float(value > 0 ? 1 : tree + 2) }
        }
        #expect(found == expected)
    }
}

@Suite struct TreeBatchTests {
    /// Random trees over five features; as many leaves of each as there are regions.
    private func forest(trees: Int, depth: Int) -> [String: Attribute] {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        func next() -> Float {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Float(state % 2000) / 1000 - 1
        }
        var attributes: [String: [Int]] = [:]
        var modes: [ByteString] = []
        var bounds: [Float] = []
        var weights: [Float] = []
        for tree in 0..<trees {
            for node in 0..<(1 << (depth + 1)) - 1 {
                let isLeaf = node >= (1 << depth) - 1
                attributes["nodes_treeids", default: []].append(tree)
                attributes["nodes_nodeids", default: []].append(node)
                attributes["nodes_featureids", default: []].append(isLeaf ? 0 : Int(abs(next()) * 5) % 5)
                attributes["nodes_truenodeids", default: []].append(isLeaf ? 0 : 2 * node + 1)
                attributes["nodes_falsenodeids", default: []].append(isLeaf ? 0 : 2 * node + 2)
                attributes["nodes_missing_value_tracks_true", default: []].append(node % 2)
                modes.append(isLeaf ? "LEAF" : "BRANCH_LT")
                bounds.append(isLeaf ? 0 : next())
                if isLeaf {
                    attributes["target_treeids", default: []].append(tree)
                    attributes["target_nodeids", default: []].append(node)
                    attributes["target_ids", default: []].append(0)
                    weights.append(next())
                }
            }
        }
        var result = attributes.mapValues(Attribute.ints)
        result["nodes_modes"] = .strings(modes)
        result["nodes_values"] = .floats(bounds)
        result["target_weights"] = .floats(weights)
        return result
    }

    @Test func `the bits of a row do not depend on the rows beside it`() throws {
        let attributes = forest(trees: 37, depth: 5)
        let rows = 150
        let x = (0..<rows * 5).map { $0 % 41 == 0 ? Float.nan : Float(($0 * 7919) % 2000) / 1000 - 1 }
        let all = try apply("TreeEnsembleRegressor", [.floats(x, [rows, 5])], version: 3, domain: domain, attributes)[0].floats
        for size in [1, 2, 7, 8, 9, 63, 64, 65] {
            for start in stride(from: 0, to: rows - size, by: 31) {
                let part = Array(x[start * 5..<(start + size) * 5])
                let found = try apply("TreeEnsembleRegressor", [.floats(part, [size, 5])], version: 3, domain: domain, attributes)[0].floats
                #expect(found.map(\.bitPattern) == all[start..<start + size].map(\.bitPattern))
            }
        }
    }
}
