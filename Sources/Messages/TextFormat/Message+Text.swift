extension MappedMessage {
    public init(text: UnsafeRawBufferPointer, limits: DecodingLimits) throws(MessageError) {
        self = try Self.read(text: text, limits: limits, keepsPlaces: false).message
    }

    public static func read(
        text: UnsafeRawBufferPointer, limits: DecodingLimits
    ) throws(MessageError) -> (message: Self, places: TextPlaces) {
        try read(text: text, limits: limits, keepsPlaces: true)
    }

    private static func read(
        text: UnsafeRawBufferPointer, limits: DecodingLimits, keepsPlaces: Bool
    ) throws(MessageError) -> (message: Self, places: TextPlaces) {
        var parser = TextParser(text, depth: limits.nestingDepth, keepsPlaces: keepsPlaces)
        let bytes = try parser.parse(descriptor)
        return (try Self(decoding: bytes, limits: limits), TextPlaces(parser.places))
    }

    public func text() throws(MessageError) -> String {
        let arena = MessageArena(limits: .unbounded)
        var printer = TextPrinter()
        printer.print(UnsafeRawPointer(try packed(in: arena)), Self.descriptor, indent: 0)
        return printer.text
    }
}
