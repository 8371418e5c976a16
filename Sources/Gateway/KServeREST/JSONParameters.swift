internal import JSON
internal import Serving

/// Takes the parameters of a request that is written in JSON to where they belong.
struct JSONParameters {
    private let request: InferenceRequest
    /// Outputs that say nothing are wanted as bytes.
    private(set) var isBinary = false
    private var isStart = false
    private var isEnd = false

    init(of request: InferenceRequest) { self.request = request }

    /// - Parameter place: where it stands, for errors.
    mutating func set(_ name: String, _ value: JSONDocument, at place: Int) throws(JSONError) {
        switch (name, value) {
        case ("priority", _): request.priority = Int(clamping: try Self.whole(name, value, place))
        case ("timeout", _):
            let (nanos, overflow) = try Self.whole(name, value, place).multipliedReportingOverflow(by: 1000)
            request.queueTimeoutNanos = overflow ? .max : nanos
        case ("binary_data_output", .bool(let flag)): isBinary = flag
        case ("sequence_id", .int(let number)) where number >= 0:
            request.sequence = number > 0 ? SequencePosition(identifier: .number(UInt64(number))) : nil
        case ("sequence_id", .uint(let number)): request.sequence = SequencePosition(identifier: .number(number))
        case ("sequence_id", .string(let text)): request.sequence = text.isEmpty ? nil : SequencePosition(identifier: .text(text))
        case ("sequence_id", _): throw JSONError("the parameter 'sequence_id' must be a whole number or a string", at: place)
        case ("sequence_start", .bool(let flag)): isStart = flag
        case ("sequence_end", .bool(let flag)): isEnd = flag
        case (ReservedParameters.emptyFinalResponse, .bool): break
        case (ReservedParameters.emptyFinalResponse, _): throw JSONError(ReservedParameters.notBool.message, at: place)
        default: try append(name, value, place)
        }
        // The flags may come before the sequence that they are of.
        request.sequence?.isStart = isStart
        request.sequence?.isEnd = isEnd
    }

    private func append(_ name: String, _ value: JSONDocument, _ place: Int) throws(JSONError) {
        do throws(ServingError) { try ReservedParameters.check(name) } catch { throw JSONError(error.message, at: place) }
        let plain: RequestParameter.Value
        switch value {
        case .bool(let flag): plain = .bool(flag)
        case .int(let number): plain = .int(number)
        case .uint(let number): plain = .uint(number)
        case .double(let number): plain = .double(number)
        case .string(let text): plain = .string(text)
        default: throw JSONError("the parameter '\(name)' must be a string, a number, true or false", at: place)
        }
        request.parameters.append(RequestParameter(name: name, value: plain))
    }

    /// A whole number that is not negative.
    static func whole(_ name: String, _ value: JSONDocument, _ place: Int) throws(JSONError) -> Int64 {
        switch value {
        case .int(let number) where number >= 0: return number
        case .uint(let number): return Int64(clamping: number)
        default: throw JSONError("the parameter '\(name)' must be a whole number that is not negative", at: place)
        }
    }
}
