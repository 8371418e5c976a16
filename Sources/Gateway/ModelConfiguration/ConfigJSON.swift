internal import JSON
internal import Messages
package import Serving

/// Reads a configuration that a load request brings as JSON, the way protobuf writes it: names in either case style, 64-bit numbers
/// possibly in quotes.
///
/// The JSON is said again in the text format, whose reader knows the fields and their types.
package enum ConfigJSON {
    package static func spec(_ json: String, model: String) throws(ServingError) -> ModelSpec {
        let root: [(key: String, value: JSONDocument)]
        do throws(JSONError) {
            guard case .object(let members) = try JSONDocument(json) else { throw JSONError("an object is expected", at: 0) }
            root = members
        } catch {
            throw ServingError(.invalidArgument, "the parameter 'config' of a request to load '\(model)' is not a JSON object: \(error)")
        }
        var text = ""
        fields(root, to: &text, depth: 0)
        do throws(MessageError) {
            let config = try ModelConfig(text: text)
            let saysMaxBatchSize = root.contains { snake($0.key) == "max_batch_size" }
            var spec = try TritonSpec(model: model, folder: nil, saysMaxBatchSize: saysMaxBatchSize) { _ in nil }.spec(of: config)
            // The name in the request decides: the configuration is for that model whatever it calls itself.
            spec.name = model
            return spec
        } catch {
            throw ServingError(.invalidArgument, "the parameter 'config' of a request to load '\(model)': \(error.message)")
        }
    }

    /// Fields whose objects are maps: entries of key and value.
    private static let maps: Set<String> = [
        "parameters", "metric_tags", "cc_model_filenames", "input_map", "output_map", "inputs", "priority_queue_policy",
    ]

    /// Fields of 64-bit numbers, which JSON puts in quotes.
    private static let quotedNumbers: Set<String> = [
        "dims", "shape", "versions", "max_queue_delay_microseconds", "priority_levels", "default_priority_level",
        "default_timeout_microseconds", "max_sequence_idle_microseconds", "model_version",
    ]

    /// Fields of enumerations, whose names stand without quotes in the text format.
    private static let enumerations: Set<String> = ["data_type", "format", "kind", "timeout_action", "priority"]

    private static let maxDepth = 32

    private static func fields(_ object: [(key: String, value: JSONDocument)], to text: inout String, depth: Int) {
        for (key, value) in object.sorted(by: { $0.key < $1.key }) {
            let name = snake(key)
            if maps.contains(name), case .object(let entries) = value {
                for (entryKey, entry) in entries.sorted(by: { $0.key < $1.key }) {
                    text += "\(name) { key: \(name == "priority_queue_policy" ? entryKey : quoted(entryKey)) "
                    field("value", entry, to: &text, depth: depth + 1)
                    text += "}\n"
                }
            } else {
                field(name, value, to: &text, depth: depth)
            }
        }
    }

    private static func field(_ name: String, _ value: JSONDocument, to text: inout String, depth: Int) {
        guard depth < maxDepth else { return }
        switch value {
        case .null: return
        case .bool(let value): text += "\(name): \(value)\n"
        case .int(let value): text += "\(name): \(value)\n"
        case .uint(let value): text += "\(name): \(value)\n"
        case .double(let value): text += "\(name): \(value)\n"
        case .string(let value):
            let isBare = enumerations.contains(name) || (quotedNumbers.contains(name) && Int64(value) != nil)
            let isWord =
                !value.isEmpty && value.utf8.allSatisfy { $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") || isAlphanumeric($0) }
            text += "\(name): \(isBare && isWord ? value : quoted(value))\n"
        case .array(let values): for value in values { field(name, value, to: &text, depth: depth + 1) }
        case .object(let object):
            text += "\(name) {\n"
            fields(object, to: &text, depth: depth + 1)
            text += "}\n"
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")) || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
    }

    /// `maxBatchSize` as `max_batch_size`; a name in snake case stays.
    private static func snake(_ name: String) -> String {
        var result = ""
        for character in name {
            // A name of letters, digits and underscores cannot break out of its place.
            guard character == "_" || (character.isASCII && (character.isLetter || character.isNumber)) else { return quoted(name) }
            if character.isUppercase { result += "_" }
            result += character.lowercased()
        }
        return result
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): result += "\\" + String(UnicodeScalar(byte))
            case 0x20..<0x7F: result += String(UnicodeScalar(byte))
            default:
                let octal = String(byte, radix: 8)
                result += "\\" + String(repeating: "0", count: 3 - octal.count) + octal
            }
        }
        return result + "\""
    }
}
