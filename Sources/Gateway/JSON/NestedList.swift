package import JSON
package import Tensors

/// A tensor that JSON writes as lists of lists: the lists give the shape, and must all be of one length at each depth.
package struct NestedList: ~Copyable {
    private var elements: ElementBuffer
    /// Extents by depth, as far as they are known.
    private var dims: [Int] = []
    /// The depth at which elements stand; nil before the first.
    private var leafDepth: Int?

    package init(_ dataType: DataType, options: ElementBuffer.Options) {
        elements = ElementBuffer(dataType, options: options)
    }

    /// Reads one value as what stands at `depth`.
    package mutating func append(_ reader: inout JSONReader, depth: Int) throws(JSONError) {
        guard try reader.peek() == .array else {
            guard leafDepth ?? depth == depth, dims.count <= depth else { throw Self.ragged(reader.mark()) }
            leafDepth = depth
            return try elements.append(&reader)
        }
        let start = reader.mark()
        guard leafDepth == nil || depth < leafDepth! else { throw Self.ragged(start) }
        if dims.count <= depth { dims += Array(repeating: -1, count: depth + 1 - dims.count) }
        var length = 0
        try reader.beginArray()
        while try reader.nextElement() {
            if leafDepth == depth + 1, try reader.peek() != .array {
                try elements.append(&reader)
            } else {
                try append(&reader, depth: depth + 1)
            }
            length += 1
        }
        try setExtent(depth, length, start)
    }

    /// Says how many elements the list at `depth` has, when the lists are not read here.
    mutating func setExtent(_ depth: Int, _ length: Int, _ place: Int) throws(JSONError) {
        if dims.count <= depth { dims += Array(repeating: -1, count: depth + 1 - dims.count) }
        guard dims[depth] < 0 || dims[depth] == length else { throw Self.ragged(place) }
        dims[depth] = length
    }

    private static func ragged(_ place: Int) -> JSONError { JSONError("the lists are not of one length and depth", at: place) }

    /// What was read.
    package consuming func tensor(at place: Int) throws(JSONError) -> Tensor {
        guard let shape = Shape(checking: dims), shape.count == elements.count else { throw Self.ragged(place) }
        return elements.tensor(shape)
    }
}
