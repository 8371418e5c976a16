internal import Glibc
internal import Tensors

/// A run as it goes to a worker: the tensors into the shared memory, and where they are into the packet.
enum WorkerQuestion {
    /// The packet to send; nil when the worker is gone.
    static func write(
        call: UInt64, _ signature: ModelSignature, _ inputs: [Tensor?], _ wanted: [Bool], _ callers: Callers, to link: WorkerLink,
        nowNanos: Int64, limit: Int
    ) throws(ServingError) -> [UInt8]? {
        var places: [(input: Int, tensor: Tensor, offset: Int, byteCount: Int)] = []
        var end = 0
        for (index, tensor) in inputs.enumerated() {
            guard let tensor else { continue }
            let byteCount =
                tensor.dataType == .string ? tensor.strings.reduce(0) { $0 + 4 + $1.bytes.count } : tensor.byteCount
            places.append((index, tensor, end, byteCount))
            let (next, overflow) = end.addingReportingOverflow(byteCount &+ 63)
            guard !overflow, next <= limit else {
                throw ServingError(.resourceExhausted, "the inputs take more than the \(limit) bytes that may be shared with a worker")
            }
            end = next & ~63
        }
        guard try link.makeRoom(questions: end) else { return nil }
        var packet = WorkerPacketWriter(.run, call: call)
        packet.add(callers.deadlineNanos == .max ? Int64(-1) : max(0, callers.deadlineNanos - nowNanos))
        packet.add(callers.id)
        packet.add(UInt16(places.count))
        for place in places {
            store(place.tensor, at: link.questions.base + place.offset)
            packet.add(signature.inputs[place.input].name)
            packet.add(place.tensor.dataType.kserveName)
            packet.add(UInt8(clamping: place.tensor.shape.rank))
            for extent in place.tensor.shape.dims { packet.add(Int64(extent)) }
            packet.add(UInt64(place.offset))
            packet.add(UInt64(place.byteCount))
        }
        let names = signature.outputs.indices.filter { $0 < wanted.count && wanted[$0] }.map { signature.outputs[$0].name }
        packet.add(UInt16(clamping: names.count))
        for name in names { packet.add(name) }
        let parameters = callers.parameters
        packet.add(UInt16(clamping: parameters.count))
        for parameter in parameters.prefix(Int(UInt16.max)) {
            packet.add(parameter.name)
            switch parameter.value {
            case .bool(let value):
                packet.add(UInt8(0))
                packet.add(UInt8(value ? 1 : 0))
            case .int(let value):
                packet.add(UInt8(1))
                packet.add(value)
            case .uint(let value):
                packet.add(UInt8(2))
                packet.add(value)
            case .double(let value):
                packet.add(UInt8(3))
                packet.add(value)
            case .string(let value):
                packet.add(UInt8(4))
                packet.add(value)
            }
        }
        guard packet.bytes.count <= WorkerChannel.maxPacketBytes else {
            throw ServingError(.resourceExhausted, "the request's parameters are too large for a worker")
        }
        return packet.bytes
    }

    private static func store(_ tensor: Tensor, at start: UnsafeMutableRawPointer) {
        guard tensor.dataType == .string else {
            memcpy(start, tensor.bytes, tensor.byteCount)
            return
        }
        var place = start
        for text in tensor.strings {
            place.storeBytes(of: UInt32(clamping: text.bytes.count).littleEndian, as: UInt32.self)
            place += 4
            text.bytes.withUnsafeBytes { bytes in
                if let base = bytes.baseAddress { memcpy(place, base, bytes.count) }
            }
            place += text.bytes.count
        }
    }
}
