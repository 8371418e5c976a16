internal import Tensors

/// What a worker says of itself when it is ready.
struct WorkerHello: Sendable, Hashable {
    let inputs: [TensorSignature]
    let outputs: [TensorSignature]
    /// Rows of several requests may be joined, as far as the worker is concerned.
    let takesRows: Bool

    /// Inputs or outputs of one model. Beyond: garbage.
    private static let maxTensors = 1024

    init(_ packet: [UInt8]) throws(WorkerGarbage) {
        var reader = try WorkerPacketReader(packet)
        guard reader.message == .hello else { throw WorkerGarbage(reason: "its first message is no hello") }
        let version = try reader.number(UInt32.self)
        guard version == WorkerMessage.version else {
            throw WorkerGarbage(reason: "it speaks version \(version) of the protocol, not \(WorkerMessage.version)")
        }
        takesRows = try reader.number(UInt8.self) & 1 != 0
        inputs = try Self.tensors(&reader)
        outputs = try Self.tensors(&reader)
    }

    private static func tensors(_ reader: inout WorkerPacketReader) throws(WorkerGarbage) -> [TensorSignature] {
        let count = Int(try reader.number(UInt16.self))
        guard count <= maxTensors else { throw WorkerGarbage(reason: "\(count) tensors") }
        var tensors: [TensorSignature] = []
        for _ in 0..<count {
            let name = try reader.text()
            let datatype = try reader.text()
            guard let dataType = DataType(kserveName: datatype), !name.isEmpty else {
                throw WorkerGarbage(reason: "tensor '\(name)' of the unknown type '\(datatype)'")
            }
            var dims: [Int] = []
            for _ in 0..<Int(try reader.number(UInt8.self)) {
                let extent = try reader.number(Int64.self)
                guard extent >= -1 else { throw WorkerGarbage(reason: "tensor '\(name)' with an extent of \(extent)") }
                dims.append(Int(extent))
            }
            let isOptional = try reader.number(UInt8.self) != 0
            guard !tensors.contains(where: { $0.name == name }) else { throw WorkerGarbage(reason: "two tensors '\(name)'") }
            tensors.append(TensorSignature(name: name, dataType: dataType, dims: dims, isOptional: isOptional))
        }
        return tensors
    }
}
