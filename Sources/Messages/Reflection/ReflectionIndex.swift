internal import CMessages

/// The descriptors of every service that Martlet can serve, found by file or by symbol.
///
/// Made once, read from any thread. Look-ups are O(1); they allocate no descriptors.
public struct ReflectionIndex: Sendable {
    /// One .proto file.
    public struct File: Sendable, Equatable {
        /// As other files import it, such as `inference/service.proto`.
        public var name = ""
        public var package = ""
        /// Names of the files it imports.
        public var dependencies: [String] = []
        /// Full names of the services it declares.
        public var services: [String] = []
        /// A serialized `google.protobuf.FileDescriptorProto`.
        public var descriptor: [UInt8] = []
    }

    /// In an order in which a file follows those it needs.
    public let files: [File]
    private let positions: [String: Int]
    private let symbols: [String: Int]

    /// The files of this build.
    public static let builtIn: ReflectionIndex = {
        let bytes = UnsafeRawBufferPointer(start: martlet_descriptor_set_start(), count: Int(martlet_descriptor_set_size))
        do throws(MessageError) {
            return try ReflectionIndex(descriptorSet: bytes)
        } catch {
            fatalError("the generated descriptors are broken: \(error)")
        }
    }()

    /// Reads a serialized `google.protobuf.FileDescriptorSet`. Throws `MessageError` when it is none.
    public init(descriptorSet bytes: UnsafeRawBufferPointer) throws(MessageError) {
        var files: [File] = []
        var positions: [String: Int] = [:]
        var symbols: [String: Int] = [:]
        var reader = WireReader(bytes)
        while !reader.isAtEnd {
            let tag = try reader.tag()
            guard tag.field == 1, tag.type == .block else {
                try reader.skip(tag.type)
                continue
            }
            var scan = DescriptorScan()
            try scan.file(try reader.block())
            positions[scan.file.name] = files.count
            for symbol in scan.symbols { symbols[symbol] = files.count }
            files.append(scan.file)
        }
        self.files = files
        self.positions = positions
        self.symbols = symbols
    }

    /// Full names of all services, in the order of their files.
    public var services: [String] { files.flatMap(\.services) }

    /// The file of a name, or nil.
    public func file(named name: String) -> File? {
        positions[name].map { files[$0] }
    }

    /// The file that declares a service, method, message, field, enumeration or enumeration value by
    /// its full name, with or without a leading dot; nil when none does.
    public func file(containing symbol: String) -> File? {
        symbols[symbol.hasPrefix(".") ? String(symbol.dropFirst()) : symbol].map { files[$0] }
    }

    /// The file and all it needs, each once, the file first.
    public func closure(of file: File) -> [File] {
        var found = [file]
        var names: Set<String> = [file.name]
        var next = 0
        while next < found.count {
            for name in found[next].dependencies where names.insert(name).inserted {
                if let dependency = self.file(named: name) { found.append(dependency) }
            }
            next += 1
        }
        return found
    }
}
