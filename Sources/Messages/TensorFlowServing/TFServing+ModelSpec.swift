internal import CMessages

extension TFServing {
    /// Names a model, and a version and signature where it matters.
    public struct ModelSpec: Message {
        /// None: the version the server would choose.
        public enum Version: Hashable, Sendable {
            case number(Int64)
            /// A label that the configuration gives to a version.
            case label(String)
        }

        public var name = ""
        public var version: Version?
        /// Empty: serving_default.
        public var signatureName = ""

        public init() {}

        public init(name: String, version: Version? = nil, signatureName: String = "") {
            self.name = name
            self.version = version
            self.signatureName = signatureName
        }
    }
}

extension TFServing.ModelSpec: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__model_spec__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &name)
        fields.member(2, &version, { Version.number($0.value) }) {
            if case .number(let value) = $0 { Int64Value(value: value) } else { nil }
        }
        fields.value(3, &signatureName)
        fields.member(4, &version, Version.label) { if case .label(let value) = $0 { value } else { nil } }
    }
}
