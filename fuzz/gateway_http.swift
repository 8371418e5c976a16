// Any bytes at all as the body of a request on the HTTP port: KServe, TensorFlow Serving, TorchServe, MLflow, and the settings.
import Gateway

nonisolated(unsafe) private let trial = try! GatewayTrial(repository: "fuzz/models")

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    trial.http(UnsafeRawBufferPointer(start: data, count: count))
    return 0
}
