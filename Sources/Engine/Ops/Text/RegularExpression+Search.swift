extension RegularExpression {
    /// The leftmost match at or after `start`, and of several that begin there the longest; nil when there is none.
    func longestMatch(in scalars: [Unicode.Scalar], from start: Int) -> Range<Int>? {
        var current = Threads(capacity: steps.count)
        var next = Threads(capacity: steps.count)
        var best: Range<Int>?
        var index = start
        while true {
            // Those that began earlier come first, so that of two in the same place the earlier one stays.
            if best == nil { follow(0, began: index, at: index, in: scalars, into: &current) }
            if current.members.isEmpty { return best }
            next.removeAll()
            for member in current.members {
                if let best, member.began > best.lowerBound { continue }
                switch steps[member.step] {
                case .accept: best = member.began..<index
                case .take(let set):
                    if index < scalars.count, set.contains(scalars[index]) {
                        follow(member.step + 1, began: member.began, at: index + 1, in: scalars, into: &next)
                    }
                default: break
                }
            }
            swap(&current, &next)
            if index == scalars.count { return best }
            index += 1
        }
    }

    private func follow(_ first: Int, began: Int, at index: Int, in scalars: [Unicode.Scalar], into threads: inout Threads) {
        threads.pending.append(first)
        while let step = threads.pending.popLast() {
            if !threads.insert(step, began: began) { continue }
            switch steps[step] {
            case .jump(let target): threads.pending.append(target)
            case .fork(let one, let other): threads.pending += [other, one]
            case .require(let assertion):
                if assertion.holds(at: index, in: scalars) { threads.pending.append(step + 1) }
            case .take, .accept: break
            }
        }
    }

    /// Steps that are alive, and where in the text each began.
    private struct Threads {
        var members: [(step: Int, began: Int)] = []
        var pending: [Int] = []
        private var places: [Int]

        init(capacity: Int) { places = [Int](repeating: -1, count: capacity) }

        mutating func insert(_ step: Int, began: Int) -> Bool {
            let place = places[step]
            if place >= 0, place < members.count, members[place].step == step { return false }
            places[step] = members.count
            members.append((step, began))
            return true
        }

        mutating func removeAll() { members.removeAll(keepingCapacity: true) }
    }
}
