// Any bytes at all as a model's configuration: ours in YAML, or the text form of Triton's.
import Messages
import Serving

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let data, count > 0 else { return 0 }
    let text = UnsafeRawBufferPointer(start: data + 1, count: count - 1)
    if data[0] & 1 == 0 {
        _ = try? ModelYaml().read(Array(text), path: "model.yaml", model: "m")
    } else {
        fuzzModelConfigText(text)
    }
    return 0
}
