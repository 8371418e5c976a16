import Messages
import Testing

@Suite struct LoadReportTests {
    @Test func `figures are doubles under their numbers, zeros are left out`() {
        var report = LoadReport()
        report.cpuUtilization = 0.5
        report.applicationUtilization = 2
        #expect(report.encoded == [0x09, 0, 0, 0, 0, 0, 0, 0xE0, 0x3F, 0x49, 0, 0, 0, 0, 0, 0, 0, 0x40])
        #expect(LoadReport().encoded.isEmpty)
    }

    @Test func `named figures are entries of a map`() {
        var report = LoadReport()
        report.named = [("ab", 1)]
        #expect(report.encoded == [0x42, 13, 0x0A, 2, 0x61, 0x62, 0x11, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F])
    }

    @Test func `what is no number is not sent`() {
        var report = LoadReport()
        report.requestsPerSecond = .nan
        report.named = [("x", .infinity)]
        #expect(report.encoded.isEmpty)
    }
}
