/// Reads what an index needs out of one serialized `google.protobuf.FileDescriptorProto`.
struct DescriptorScan {
    private(set) var file = ReflectionIndex.File()
    /// Full names of everything the file declares.
    private(set) var symbols: [String] = []

    private static let depth = 64

    mutating func file(_ bytes: UnsafeRawBufferPointer) throws(MessageError) {
        file.descriptor = [UInt8](bytes)
        var declarations: [(field: UInt32, bytes: UnsafeRawBufferPointer)] = []
        try Self.blocks(bytes) { field, block in
            switch field {
            case 1: file.name = Self.text(block)
            case 2: file.package = Self.text(block)
            case 3: file.dependencies.append(Self.text(block))
            case 4, 5, 6: declarations.append((field, block))
            default: break
            }
        }
        for declaration in declarations {
            switch declaration.field {
            case 4: try message(declaration.bytes, in: file.package, depth: Self.depth)
            case 5: try enumeration(declaration.bytes, in: file.package)
            default: try service(declaration.bytes)
            }
        }
    }

    private mutating func message(_ bytes: UnsafeRawBufferPointer, in scope: String, depth: Int) throws(MessageError) {
        guard depth > 0 else { throw MessageError(.tooDeep, "messages are declared too deeply inside each other") }
        let name = Self.join(scope, try Self.name(bytes))
        symbols.append(name)
        var inner: [(field: UInt32, bytes: UnsafeRawBufferPointer)] = []
        try Self.blocks(bytes) { field, block in inner.append((field, block)) }
        for part in inner {
            switch part.field {
            case 2, 8: symbols.append(Self.join(name, try Self.name(part.bytes)))
            case 3: try message(part.bytes, in: name, depth: depth - 1)
            case 4: try enumeration(part.bytes, in: name)
            default: break
            }
        }
    }

    private mutating func enumeration(_ bytes: UnsafeRawBufferPointer, in scope: String) throws(MessageError) {
        symbols.append(Self.join(scope, try Self.name(bytes)))
        for value in try Self.children(2, of: bytes) {
            // Values are named beside their enumeration, not inside it.
            symbols.append(Self.join(scope, try Self.name(value)))
        }
    }

    private mutating func service(_ bytes: UnsafeRawBufferPointer) throws(MessageError) {
        let name = Self.join(file.package, try Self.name(bytes))
        symbols.append(name)
        file.services.append(name)
        for method in try Self.children(2, of: bytes) {
            symbols.append(Self.join(name, try Self.name(method)))
        }
    }

    private static func name(_ bytes: UnsafeRawBufferPointer) throws(MessageError) -> String {
        try children(1, of: bytes).last.map(text) ?? ""
    }

    private static func children(_ field: UInt32, of bytes: UnsafeRawBufferPointer) throws(MessageError) -> [UnsafeRawBufferPointer] {
        var found: [UnsafeRawBufferPointer] = []
        try blocks(bytes) { if $0 == field { found.append($1) } }
        return found
    }

    private static func blocks(
        _ bytes: UnsafeRawBufferPointer, _ body: (UInt32, UnsafeRawBufferPointer) -> Void
    ) throws(MessageError) {
        var reader = WireReader(bytes)
        while !reader.isAtEnd {
            let tag = try reader.tag()
            if tag.type == .block { body(tag.field, try reader.block()) } else { try reader.skip(tag.type) }
        }
    }

    private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    private static func join(_ scope: String, _ name: String) -> String {
        scope.isEmpty ? name : "\(scope).\(name)"
    }
}
