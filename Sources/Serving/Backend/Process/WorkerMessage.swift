/// What a packet between the server and a worker is about. The numbers are the protocol's.
enum WorkerMessage: UInt16 {
    // To the worker.
    /// What the model is called, and its parameters; the first message.
    case configuration = 1
    /// Here is memory, for questions (0) or for answers (1).
    case segment = 2
    case run = 3
    case ping = 4
    /// There is no more room for answers than there is.
    case noRoom = 5

    // From the worker.
    case hello = 16
    case answer = 17
    case failed = 18
    case pong = 19
    /// The answers need a larger segment.
    case room = 20

    static let magic: UInt32 = 0x31574C4D
    static let version: UInt32 = 1
}

/// What a worker sent cannot be; it is ended.
struct WorkerGarbage: Error {
    let reason: String
}

/// Writes a packet: little-endian numbers, texts with their length before them.
struct WorkerPacketWriter {
    private(set) var bytes: [UInt8] = []

    init(_ message: WorkerMessage, call: UInt64) {
        add(WorkerMessage.magic)
        add(message.rawValue)
        add(UInt16(0))
        add(call)
    }

    mutating func add<Number: FixedWidthInteger>(_ number: Number) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func add(_ number: Double) { add(number.bitPattern) }

    mutating func add(_ text: String) {
        let utf8 = Array(text.utf8)
        add(UInt32(clamping: utf8.count))
        bytes += utf8
    }
}

/// Reads a packet. Nothing in it is believed.
struct WorkerPacketReader {
    private let bytes: [UInt8]
    private var place = 0
    let message: WorkerMessage
    let call: UInt64

    init(_ bytes: [UInt8]) throws(WorkerGarbage) {
        self.bytes = bytes
        guard bytes.count >= 16, Self.number(bytes, at: 0, UInt32.self) == WorkerMessage.magic else {
            throw WorkerGarbage(reason: "a packet of \(bytes.count) bytes that is no message")
        }
        let kind = Self.number(bytes, at: 4, UInt16.self)
        guard let message = WorkerMessage(rawValue: kind) else { throw WorkerGarbage(reason: "a message of the unknown kind \(kind)") }
        self.message = message
        call = Self.number(bytes, at: 8, UInt64.self)
        place = 16
    }

    private static func number<Number: FixedWidthInteger>(_ bytes: [UInt8], at place: Int, _ type: Number.Type) -> Number {
        bytes.withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: type)) }
    }

    mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) throws(WorkerGarbage) -> Number {
        let width = MemoryLayout<Number>.size
        guard bytes.count - place >= width else { throw WorkerGarbage(reason: "a message that ends too early") }
        defer { place += width }
        return Self.number(bytes, at: place, type)
    }

    mutating func text() throws(WorkerGarbage) -> String {
        let length = Int(try number(UInt32.self))
        guard bytes.count - place >= length else { throw WorkerGarbage(reason: "a text that ends too early") }
        defer { place += length }
        return String(decoding: bytes[place..<place + length], as: UTF8.self)
    }
}
