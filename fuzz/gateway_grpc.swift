// Any bytes at all as the message of a call, of every method of the gRPC port.
import Gateway

nonisolated(unsafe) private let trial = try! GatewayTrial(repository: "fuzz/models")

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    trial.grpc(UnsafeRawBufferPointer(start: data, count: count))
    return 0
}
