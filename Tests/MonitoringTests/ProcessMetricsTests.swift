import Monitoring
import Testing

@Suite struct ProcessMetricsTests {
    private func value(_ name: String) throws -> Double {
        let family = try #require(ProcessMetrics.families.first { $0.name == name })
        switch try #require(family.samples.first).value {
        case .integer(let number): return Double(number)
        case .number(let number): return number
        case .histogram: return -1
        }
    }

    @Test func `memory and processor time of a running process are above nothing`() throws {
        #expect(try value("process_resident_memory_bytes") > 1_048_576)
        let before = try value("process_cpu_seconds_total")
        var sum = 0.0
        for index in 0..<3_000_000 { sum += Double(index).squareRoot() }
        #expect(sum > 0)
        #expect(try value("process_cpu_seconds_total") > before)
        #expect(try value("process_open_fds") >= 3)
    }
}
