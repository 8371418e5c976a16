/// Messages of `grpc.testing.TestService`, which the interoperability suites of gRPC call.
public enum InteropTest {}
