internal import GRPC

extension ServerAddress {
    /// What is sent with every call, as text.
    var headerFields: [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        metadata.forEach { fields.append((String(decoding: $0, as: UTF8.self), String(decoding: $1, as: UTF8.self))) }
        return fields
    }
}
