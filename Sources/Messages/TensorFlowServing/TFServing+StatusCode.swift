extension TFServing {
    /// A status code.
    public struct StatusCode: OpenEnum, MappedEnum {
        public var rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        public static let ok = StatusCode(rawValue: 0)
        public static let cancelled = StatusCode(rawValue: 1)
        public static let unknown = StatusCode(rawValue: 2)
        public static let invalidArgument = StatusCode(rawValue: 3)
        public static let deadlineExceeded = StatusCode(rawValue: 4)
        public static let notFound = StatusCode(rawValue: 5)
        public static let alreadyExists = StatusCode(rawValue: 6)
        public static let permissionDenied = StatusCode(rawValue: 7)
        public static let resourceExhausted = StatusCode(rawValue: 8)
        public static let failedPrecondition = StatusCode(rawValue: 9)
        public static let aborted = StatusCode(rawValue: 10)
        public static let outOfRange = StatusCode(rawValue: 11)
        public static let unimplemented = StatusCode(rawValue: 12)
        public static let `internal` = StatusCode(rawValue: 13)
        public static let unavailable = StatusCode(rawValue: 14)
        public static let dataLoss = StatusCode(rawValue: 15)
        public static let unauthenticated = StatusCode(rawValue: 16)

        public static let names: [(value: Int32, name: String)] = [
            (0, "OK"), (1, "CANCELLED"), (2, "UNKNOWN"), (3, "INVALID_ARGUMENT"), (4, "DEADLINE_EXCEEDED"), (5, "NOT_FOUND"),
            (6, "ALREADY_EXISTS"), (7, "PERMISSION_DENIED"), (8, "RESOURCE_EXHAUSTED"), (9, "FAILED_PRECONDITION"),
            (10, "ABORTED"), (11, "OUT_OF_RANGE"), (12, "UNIMPLEMENTED"), (13, "INTERNAL"), (14, "UNAVAILABLE"),
            (15, "DATA_LOSS"), (16, "UNAUTHENTICATED"),
        ]
    }
}
