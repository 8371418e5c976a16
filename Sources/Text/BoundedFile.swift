internal import Glibc

/// Whole files that may not be larger than their reader expects. Blocks: for loading threads and tools.
package enum BoundedFile {
    /// Why a file was not read.
    package struct Failure: Error, CustomStringConvertible {
        /// The system's number of the error; EFBIG for a file that is too large.
        package let code: Int32
        package let description: String
    }

    /// The bytes of a file, a pipe or a device.
    ///
    /// - Parameter limit: bytes that it may have. Beyond: an error, before more than one byte above it is read.
    package static func contents(of path: String, limit: Int) throws(Failure) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Failure(code: errno, description: String(cString: strerror(errno))) }
        defer { close(file) }
        var status = stat()
        // What the system says is a first guess: pipes have no size, and files grow.
        var room = fstat(file, &status) == 0 ? min(max(0, Int(status.st_size)), limit) + 1 : 1 << 16
        var bytes: [UInt8] = []
        while true {
            var code: Int32 = 0
            var isOver = false
            bytes.reserveCapacity(bytes.count + room)
            let chunk = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                while count < buffer.count {
                    let got = read(file, buffer.baseAddress! + count, buffer.count - count)
                    if got < 0, errno == EINTR { continue }
                    if got < 0 { code = errno }
                    isOver = got <= 0
                    if isOver { break }
                    count += got
                }
            }
            guard code == 0 else { throw Failure(code: code, description: String(cString: strerror(code))) }
            if bytes.isEmpty { bytes = chunk } else { bytes += chunk }
            guard bytes.count <= limit else { throw Failure(code: EFBIG, description: "larger than \(limit) bytes") }
            if isOver { return bytes }
            room = min(max(1 << 16, bytes.count), limit - bytes.count + 1)
        }
    }
}
