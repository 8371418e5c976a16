/// Bounds on what one message may cost. Past a bound decoding throws; nothing is cut off silently.
public struct DecodingLimits: Sendable, Equatable {
    /// Messages inside messages. protobuf-c recurses without a limit of its own; beyond this
    /// depth decoding throws `.tooDeep` before it is asked.
    public var nestingDepth = 100

    /// Arena bytes that any message may use, however short it is.
    public var arenaBaseBytes = 1 << 20

    /// Further arena bytes per byte of message. An honest message needs up to about 16 (short
    /// strings one by one); two hostile bytes can ask for 150. Beyond it decoding throws `.tooLarge`.
    public var arenaBytesPerMessageByte = 16

    /// Arena bytes that no message may exceed. Beyond it decoding throws `.tooLarge`.
    public var arenaCeilingBytes = 128 << 20

    /// Arena bytes kept for the next message after a reset; more is given back to the system.
    public var arenaRetainedBytes = 256 << 10

    public init() {}

    /// The arena bytes allowed to a message of `messageBytes` bytes.
    public func arenaBytes(forMessageBytes messageBytes: Int) -> Int {
        let (product, overflow) = messageBytes.multipliedReportingOverflow(by: arenaBytesPerMessageByte)
        guard !overflow else { return arenaCeilingBytes }
        let (sum, tooLarge) = product.addingReportingOverflow(arenaBaseBytes)
        return tooLarge ? arenaCeilingBytes : min(sum, arenaCeilingBytes)
    }
}
