import Client
import Testing

@Suite struct TextTableTests {
    @Test func `numbers are flush right and text is flush left`() {
        var table = TextTable("name", "rows")
        table.append("a", "5")
        table.append("long", "120")
        #expect(table.rendered() == "name  rows\n────  ────\na        5\nlong   120\n")
    }

    @Test func `an empty table is its header`() {
        #expect(TextTable("name").rendered() == "name\n────\n")
    }
}
