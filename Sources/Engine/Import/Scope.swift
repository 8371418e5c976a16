/// Where a node stands while it is imported: in the model itself, in a subgraph, or in a function called from somewhere.
struct Scope {
    /// Operator set versions by domain.
    var opsets: [String: Int]
    /// Before every name made here, so that two calls of one function do not collide; "" outside functions.
    var prefix = ""
    /// A function's formal inputs and outputs, by the names that the call gives them.
    var bindings: [String: String] = [:]
    /// The function's attributes as this call has them; nil outside functions.
    var arguments: [String: Attribute]?
    /// Functions being inlined, outermost first.
    var callers: [FunctionTable.Key] = []
    var depth = 0

    init(opsets: [String: Int]) { self.opsets = opsets }

    func rename(_ name: String) -> String {
        if name.isEmpty { return name }
        return bindings[name] ?? prefix + name
    }

    /// The scope of a graph that is an attribute here.
    func inner() -> Scope {
        var scope = self
        scope.depth += 1
        return scope
    }
}
