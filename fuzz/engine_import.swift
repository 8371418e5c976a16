// Any bytes at all as a model: one of ONNX, or of another library's own format; loaded and planned, and not run.
import Engine

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    // Other formats are text, and begin as such.
    let isNative = bytes.first.map { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "t") } ?? false
    var options = LoadOptions()
    options.limits = Trial.limits
    _ = isNative ? try? Model.load(native: bytes, options: options) : try? Model.load(bytes: bytes, options: options)
    return 0
}
