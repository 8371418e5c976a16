internal import CMessages

extension TFServing {
    /// Options of streamed prediction.
    public struct PredictStreamedOptions: Message {
        /// Where a request stands among those that were split.
        public struct RequestState: OpenEnum, MappedEnum {
            public var rawValue: Int32

            public init(rawValue: Int32) {
                self.rawValue = rawValue
            }

            public static let none = RequestState(rawValue: 0)
            public static let split = RequestState(rawValue: 1)
            public static let endSplit = RequestState(rawValue: 2)
            public static let cancel = RequestState(rawValue: 3)

            public static let names: [(value: Int32, name: String)] = [
                (0, "NONE"), (1, "SPLIT"), (2, "END_SPLIT"), (3, "CANCEL"),
            ]
        }

        public var requestState = RequestState(rawValue: 0)
        public var splitDimensions: [String: Int32] = [:]
        public var returnSingleResponse = false

        public init() {}

        public init(requestState: RequestState, splitDimensions: [String: Int32] = [:], returnSingleResponse: Bool = false) {
            self.requestState = requestState
            self.splitDimensions = splitDimensions
            self.returnSingleResponse = returnSingleResponse
        }
    }
}

extension TFServing.PredictStreamedOptions: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__predict_streamed_options__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &requestState)
        fields.map(2, &splitDimensions)
        fields.value(3, &returnSingleResponse)
    }
}
