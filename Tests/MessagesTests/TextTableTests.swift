import Messages
import Testing

@Suite struct TextTableTests {
    @Test func `names are found, others are not`() {
        let table = TextTable((0..<1000).map { ("model-\($0)", $0) })
        #expect(table.count == 1000)
        for number in 0..<1000 {
            var name = "model-\(number)"
            let found = name.withUTF8 { table[MessageText(unchecked: UnsafeRawBufferPointer($0))] }
            #expect(found == number)
        }
        #expect(table[MessageText("model-1000")] == nil)
        #expect(table[MessageText()] == nil)
    }

    @Test func `of entries with one name the last counts`() {
        let table = TextTable([("a", 1), ("b", 2), ("a", 3), ("", 4)])
        #expect(table.count == 3)
        #expect(table[MessageText("a")] == 3)
        #expect(table[MessageText()] == 4)
        #expect(TextTable<Int>([])[MessageText("a")] == nil)
    }
}
