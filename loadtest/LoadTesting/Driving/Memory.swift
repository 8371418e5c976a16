internal import Glibc

/// Bytes, compared as fast as the system can.
enum Memory {
    @inline(__always)
    static func equal(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ count: Int) -> Bool { memcmp(a, b, count) == 0 }
}
