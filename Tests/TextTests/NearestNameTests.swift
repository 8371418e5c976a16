import Testing
import Text

@Suite struct `the nearest name` {
    @Test(arguments: [
        ("max_bach_size", "max_batch_size"), ("nmae", "name"), ("Instance_Group", "instance_group"), ("plaform", "platform"),
    ]) func `is found for a slip`(_ written: String, _ meant: String) {
        #expect(NearestName.of(written, among: ["name", "platform", "max_batch_size", "instance_group"]) == meant)
    }

    @Test func `is none where nothing is near`() {
        #expect(NearestName.of("temperature", among: ["name", "platform"]) == nil)
        #expect(NearestName.of("name", among: []) == nil)
    }
}
