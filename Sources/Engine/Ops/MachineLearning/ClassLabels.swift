import Tensors

/// The names of a classifier's classes, strings or integers.
enum ClassLabels: Sendable {
    case integers([Int])
    case strings([ByteString])

    /// Reads the labels of a node; strings win where both are given.
    init(node: Node, integers: String, strings: String) throws(EngineError) {
        if let labels = try node.strings(strings), !labels.isEmpty {
            self = .strings(labels)
        } else if let labels = try node.ints(integers), !labels.isEmpty {
            self = .integers(labels)
        } else {
            throw node.malformed("one of \(strings) and \(integers) must be given")
        }
    }

    var count: Int {
        switch self {
        case .integers(let labels): labels.count
        case .strings(let labels): labels.count
        }
    }

    var dataType: DataType {
        switch self {
        case .integers: .int64
        case .strings: .string
        }
    }

    /// In place of a class: the number 0, or the first label where labels are strings.
    static let literalZero: Int32 = -1
    /// In place of a class: the number 1, or the second label where labels are strings.
    static let literalOne: Int32 = -2

    /// Writes the label of each class in `classes` to `target`, which has this data type and as many elements.
    func write(_ classes: UnsafeBufferPointer<Int32>, to target: Tensor) {
        switch self {
        case .integers(let labels):
            let output = target.mutablePointer(as: Int64.self)
            for (row, index) in classes.enumerated() {
                output[row] = Int64(labels.indices.contains(Int(index)) ? labels[Int(index)] : Int(-1 - index))
            }
        case .strings(let labels):
            target.setStrings(
                classes.map { index in
                    let place = Int(index < 0 ? -1 - index : index)
                    return place < labels.count ? labels[place] : ByteString(String(place))
                })
        }
    }
}
