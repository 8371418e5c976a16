extension Forest {
    /// How the values of a row's leaves become its results.
    enum Aggregation: String, Sendable {
        case average = "AVERAGE"
        case sum = "SUM"
        case min = "MIN"
        case max = "MAX"
    }

    /// Adds the values of the leaves of rows `rows` to `scores`, or takes their least or largest, tree by tree.
    ///
    /// - Parameters:
    ///   - scores: ``targets`` a row for all rows of `features`, set to 0.
    ///   - scored: as many, set to 0; becomes 1 where a leaf had a value. Nil when nobody asks.
    func add(
        _ rows: Range<Int>, features: UnsafePointer<Scalar>, columns: Int, to scores: UnsafeMutablePointer<Scalar>,
        scored: UnsafeMutablePointer<UInt8>?, _ aggregation: Aggregation
    ) {
        var row = rows.lowerBound
        while row < rows.upperBound {
            let block = row..<Swift.min(row + Self.rowsPerBlock, rows.upperBound)
            if let scored {
                addNoting(block, features, columns, scores, scored, aggregation)
            } else {
                add(block, features, columns, scores)
            }
            row = block.upperBound
        }
    }

    /// Adds the values of the leaves of rows `rows`, each times the weight of its tree, to `scores`, tree by tree.
    func add(
        _ rows: Range<Int>, features: UnsafePointer<Scalar>, columns: Int, to scores: UnsafeMutablePointer<Scalar>,
        weights: [Scalar]
    ) {
        let targets = targets
        switch leaves {
        case .single(let values, let targetOfTree):
            walk(rows, features: features, columns: columns) { row, tree, leaf in
                scores[row * targets + targetOfTree[tree]] += values[leaf] * weights[tree]
            }
        case .dense(let values):
            walk(rows, features: features, columns: columns) { row, tree, leaf in
                for target in 0..<targets {
                    scores[row * targets + target] += values[leaf * targets + target] * weights[tree]
                }
            }
        case .sparse(let starts, let targetsOfValues, let values):
            walk(rows, features: features, columns: columns) { row, tree, leaf in
                for index in starts[leaf]..<starts[leaf + 1] {
                    scores[row * targets + targetsOfValues[index]] += values[index] * weights[tree]
                }
            }
        }
    }

    /// Rough operations that a row costs.
    var costPerRow: Int {
        var cost = 0
        for tree in trees { cost += 4 * Swift.min(tree.height, 64) + 4 }
        return cost
    }

    /// Sums where it does not matter which results have a value at all.
    private func add(
        _ rows: Range<Int>, _ features: UnsafePointer<Scalar>, _ columns: Int, _ scores: UnsafeMutablePointer<Scalar>
    ) {
        let targets = targets
        switch leaves {
        case .single(let values, _) where targets == 1:
            values.withUnsafeBufferPointer { values in
                walk(rows, features: features, columns: columns) { row, _, leaf in scores[row] += values[leaf] }
            }
        case .single(let values, let targetOfTree):
            values.withUnsafeBufferPointer { values in
                targetOfTree.withUnsafeBufferPointer { targetOfTree in
                    walk(rows, features: features, columns: columns) { row, tree, leaf in
                        scores[row * targets + targetOfTree[tree]] += values[leaf]
                    }
                }
            }
        case .dense(let values):
            values.withUnsafeBufferPointer { values in
                walk(rows, features: features, columns: columns) { row, _, leaf in
                    for target in 0..<targets { scores[row * targets + target] += values[leaf * targets + target] }
                }
            }
        case .sparse(let starts, let targetsOfValues, let values):
            walk(rows, features: features, columns: columns) { row, _, leaf in
                for index in starts[leaf]..<starts[leaf + 1] {
                    scores[row * targets + targetsOfValues[index]] += values[index]
                }
            }
        }
    }

    private func addNoting(
        _ rows: Range<Int>, _ features: UnsafePointer<Scalar>, _ columns: Int, _ scores: UnsafeMutablePointer<Scalar>,
        _ scored: UnsafeMutablePointer<UInt8>, _ aggregation: Aggregation
    ) {
        let targets = targets
        func note(_ place: Int, _ value: Scalar) {
            switch aggregation {
            case .sum, .average: scores[place] += value
            case .min: if scored[place] == 0 || value < scores[place] { scores[place] = value }
            case .max: if scored[place] == 0 || value > scores[place] { scores[place] = value }
            }
            scored[place] = 1
        }
        switch leaves {
        case .single(let values, let targetOfTree):
            walk(rows, features: features, columns: columns) { row, tree, leaf in
                note(row * targets + targetOfTree[tree], values[leaf])
            }
        case .dense(let values):
            walk(rows, features: features, columns: columns) { row, _, leaf in
                for target in 0..<targets { note(row * targets + target, values[leaf * targets + target]) }
            }
        case .sparse(let starts, let targetsOfValues, let values):
            walk(rows, features: features, columns: columns) { row, _, leaf in
                for index in starts[leaf]..<starts[leaf + 1] { note(row * targets + targetsOfValues[index], values[index]) }
            }
        }
    }
}
