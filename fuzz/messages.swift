// Any bytes at all as protobuf messages; the first byte says as which.
import Messages

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let data, count > 1 else { return 0 }
    let bytes = UnsafeRawBufferPointer(start: data + 1, count: count - 1)
    switch data[0] % 7 {
    case 0: fuzzModelInferRequest(bytes)
    case 1: fuzzModelInferResponse(bytes)
    case 2: fuzzMessage(ModelConfig.self, bytes)
    case 3: fuzzModelConfigText(bytes)
    case 4: fuzzDescriptorSet(bytes)
    case 5: fuzzPredictMessage(bytes)
    default: fuzzPredictions(bytes)
    }
    return 0
}
