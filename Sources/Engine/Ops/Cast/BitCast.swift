internal import Tensors

/// Reads the bits of every element as another type of the same width.
struct BitCast: Operation {
    let node: Node
    let type: DataType

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let input = try node.operand(inputs, 0, of: .all)
        guard let from = input.dataType, from.bitWidth > 0, from.bitWidth == type.bitWidth else {
            throw node.malformed("elements of \(input.type) do not have the width of \(type)")
        }
        return [Fact(type, input.dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let input = run.tensor(0)
        let output = run.output(0)
        guard input.dataType.bitWidth < 8 else {
            if input.bytes != UnsafeRawPointer(output.mutableBytes) {
                output.mutableBytes.copyMemory(from: input.bytes, byteCount: output.byteCount)
            }
            return
        }
        // Elements of less than a byte lie in a byte each, filled up with their sign when they have one.
        let unused = UInt8(8 - type.bitWidth)
        let isSigned = type.isSignedInteger
        let from = input.pointer(as: UInt8.self)
        let to = output.mutablePointer(as: UInt8.self)
        for index in 0..<output.count {
            let shifted = from[index] << unused
            to[index] = isSigned ? UInt8(bitPattern: Int8(bitPattern: shifted) >> Int8(unused)) : shifted >> unused
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [inputs[0]] }
    var overwritableInputs: [Int] { [0] }

    static let all: [OperatorEntry] = [
        OperatorEntry("BitCast", versions: 26...Int.max) { node throws(EngineError) in
            BitCast(node: node, type: try node.required("to", node.dataType("to")))
        }
    ]
}

extension DataType {
    /// Bits that an element has, however many bytes it is held in; 0 for strings.
    var bitWidth: Int {
        switch self {
        case .int4, .uint4, .float4E2M1: 4
        case .int2, .uint2: 2
        default: 8 * byteWidth
        }
    }
}
