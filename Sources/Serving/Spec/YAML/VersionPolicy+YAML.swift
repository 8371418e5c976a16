internal import YAML

extension VersionPolicy {
    /// `versions: all`, `versions: latest`, `versions: {latest: 2}` or `versions: [1, 3]`.
    init?(_ map: inout YamlMap, _ key: String) throws(YamlError) {
        guard let node = map.node(key) else { return nil }
        let wanted = "all, latest, {latest: N} or a list of version numbers"
        switch node.content {
        case .scalar("all", _): self = .all
        case .scalar("latest", _): self = .latest(1)
        case .scalar:
            guard let number = YamlMap.int(node), number > 0 else { throw map.error(node, key, wanted) }
            self = .specific([Int64(number)])
        case .list(let items):
            var numbers: [Int64] = []
            for item in items {
                guard let number = YamlMap.int(item), number > 0 else { throw map.error(item, key, wanted) }
                numbers.append(Int64(number))
            }
            self = .specific(numbers)
        case .map:
            var inner = try YamlMap(node, file: map.file, place: map.path(key))
            let count = try inner.int("latest", in: 1...1_000_000)
            try inner.finish()
            guard let count else { throw map.error(node, key, wanted) }
            self = .latest(count)
        }
    }
}
