internal import JSON
internal import Messages
internal import Serving
internal import Tensors

/// The body of a `:classify` or `:regress` request: examples, and features that all of them share.
enum ExampleBody {
    static func input(_ body: UnsafeRawBufferPointer, _ model: String) throws(WebFailure) -> TFServing.Input {
        var examples: [TFServing.Example]?
        var context: TFServing.Example?
        do throws(JSONError) {
            var reader = JSONReader(body)
            try reader.beginObject()
            while let key = try reader.nextKey() {
                switch key {
                case "signature_name":
                    let place = reader.mark()
                    let name = try reader.string()
                    do throws(ServingError) { try TFSignature.check(name, model: model) } catch {
                        throw JSONError(error.message, at: place)
                    }
                case "context": context = try example(&reader)
                case "examples":
                    var found: [TFServing.Example] = []
                    try reader.beginArray()
                    while try reader.nextElement() { found.append(try example(&reader)) }
                    examples = found
                default: try reader.skip()
                }
            }
            try reader.end()
            guard examples != nil else { throw JSONError("the request has no 'examples'", at: body.count) }
        } catch {
            throw WebFailure(error)
        }
        guard let context else { return TFServing.Input(kind: .exampleList(.init(examples: examples ?? []))) }
        return TFServing.Input(kind: .exampleListWithContext(.init(examples: examples ?? [], context: context)))
    }

    private static func example(_ reader: inout JSONReader) throws(JSONError) -> TFServing.Example {
        var features: [String: TFServing.Feature] = [:]
        try reader.beginObject()
        while let key = try reader.nextKey() { features[key] = try feature(&reader) }
        return TFServing.Example(features: TFServing.Features(feature: features))
    }

    /// A value or a list of values, all numbers or all strings.
    private static func feature(_ reader: inout JSONReader) throws(JSONError) -> TFServing.Feature {
        var values = Values()
        if try reader.peek() == .array {
            try reader.beginArray()
            while try reader.nextElement() { try values.append(&reader) }
        } else {
            try values.append(&reader)
        }
        return values.feature
    }

    /// The values of one feature. Numbers are kept as whole ones for as long as all of them are.
    private struct Values: ~Copyable {
        private var strings = ElementBuffer(.string, options: [.base64])
        private var integers: [Int64] = []
        private var floats: [Float] = []

        mutating func append(_ reader: inout JSONReader) throws(JSONError) {
            let place = reader.mark()
            switch try reader.peek() {
            case .number:
                let number = try reader.number()
                if !number.hasPoint, let integer: Int64 = number.integer() { integers.append(integer) }
                floats.append(number.float)
            case .bool:
                let value: Int64 = try reader.bool() ? 1 : 0
                integers.append(value)
                floats.append(Float(value))
            default: try strings.append(&reader)
            }
            guard strings.count == 0 || floats.isEmpty else { throw JSONError("a feature holds numbers or strings, not both", at: place) }
        }

        var feature: TFServing.Feature {
            if strings.count > 0 {
                return TFServing.Feature(kind: .bytesList(.init(value: strings.tensor([strings.count]).strings.map(\.bytes))))
            }
            if integers.count == floats.count { return TFServing.Feature(kind: .int64List(.init(value: integers))) }
            return TFServing.Feature(kind: .floatList(.init(value: floats)))
        }
    }
}
