// Any bytes at all as an ONNX model: loaded and, if that goes well, run on inputs made up from its signature, in small bounds.
import Engine

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    // Plans and plain runs have little code in common: one bit of the input chooses.
    try? Trial.attempt(bytes, optimise: count % 4 != 3)
    return 0
}
