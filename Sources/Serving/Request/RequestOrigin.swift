/// The protocol that a request came in.
public enum RequestOrigin: UInt8, Sendable, Hashable, CaseIterable {
    case unknown
    case kserve
    case kserveStream
    case kserveREST
    case tensorFlow
    case tensorFlowREST
    case torchServe
    case mlflow
}
