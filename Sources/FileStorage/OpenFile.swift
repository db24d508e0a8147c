#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Something that the disk refused.
package struct FileFailure: Error, Sendable, CustomStringConvertible {
    package let description: String
    /// Whether there is no room left.
    package let isFull: Bool

    /// What the system said with `code` (`errno`) about the file at `path`.
    package init(_ path: String, _ code: Int32) {
        description = "\(path): \(unsafe String(cString: strerror(code)))"
        isFull = code == ENOSPC || code == EDQUOT
    }
}

/// A file that is written or read from its beginning to its end. Closed when its last user lets go.
package final class OpenFile: Sendable {
    private let path: String
    private let descriptor: Int32

    /// Opens the file at `path` with `flags` of open(2); a file that it makes is for this user alone.
    package init(_ path: String, flags: Int32) throws {
        self.path = path
        descriptor = unsafe open(path, flags | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileFailure(path, errno) }
    }

    deinit { close(descriptor) }

    /// Adds bytes at the end.
    package func append(_ bytes: Span<UInt8>) throws {
        try unsafe bytes.withUnsafeBytes { bytes in
            var rest = unsafe bytes[...]
            while unsafe !rest.isEmpty {
                let count = unsafe write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw FileFailure(path, errno) }
                unsafe rest = unsafe rest.dropFirst(count)
            }
        }
    }

    /// Returns when what was written survives a power cut.
    package func synchronize() throws {
        guard fsync(descriptor) == 0 else { throw FileFailure(path, errno) }
    }

    /// How many bytes it has.
    package var size: Int64 {
        get throws {
            var status = stat()
            guard unsafe fstat(descriptor, &status) == 0 else { throw FileFailure(path, errno) }
            return Int64(status.st_size)
        }
    }

    /// The next bytes; none at the end.
    package func read(upTo count: Int) throws -> [UInt8] {
        try unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while true {
                let status = unsafe systemRead(descriptor, buffer.baseAddress, count)
                if status < 0, errno == EINTR { continue }
                guard status >= 0 else { throw FileFailure(path, errno) }
                filled = status
                return
            }
        }
    }
}

private func systemRead(_ descriptor: Int32, _ start: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
    unsafe Glibc.read(descriptor, start, count)
    #elseif canImport(Musl)
    unsafe Musl.read(descriptor, start, count)
    #else
    unsafe Darwin.read(descriptor, start, count)
    #endif
}
