internal import Messages

/// The functions that a model defines for itself.
struct FunctionTable {
    struct Key: Hashable {
        let domain: String
        let name: String
        let overload: String
    }

    private var functions: [Key: ONNXFunction] = [:]

    init(_ functions: [ONNXFunction]) throws(EngineError) {
        for function in functions {
            let key = Key(domain: Importer.normalised(domain: function.domain), name: function.name, overload: function.overload)
            guard self.functions.updateValue(function, forKey: key) == nil else {
                throw EngineError(.malformedModel, "it is defined twice", place: "function '\(function.domain)::\(function.name)'")
            }
        }
    }

    func find(domain: String, name: String, overload: String) -> (key: Key, function: ONNXFunction)? {
        if functions.isEmpty { return nil }
        let key = Key(domain: domain, name: name, overload: overload)
        return functions[key].map { (key, $0) }
    }
}
