#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file that is read and written at given places, by any thread. Closed when its last user lets go. Faults are thrown
/// as ``BreachFilter/Failure``.
final class PositionedFile: Sendable {
    /// By which a file is known to be the one that was seen before.
    struct Stamp: Equatable {
        package var size: Int64
        var modifiedSeconds: Int64
        var modifiedNanoseconds: Int64
    }

    package let path: String
    private let descriptor: Int32

    /// Opens a file that is there.
    convenience init(reading path: String) throws { try self.init(path, flags: O_RDONLY) }

    /// Opens a file and makes it, readable for its owner alone, when it is not there.
    convenience init(writing path: String) throws { try self.init(path, flags: O_RDWR | O_CREAT) }

    private init(_ path: String, flags: Int32) throws {
        self.path = path
        descriptor = unsafe open(path, flags | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw errno == ENOENT ? BreachFilter.Failure.missing(path: path) : Self.fault(path, errno)
        }
    }

    deinit { close(descriptor) }

    /// Up to `count` bytes from `offset`; fewer at the end of the file only.
    package func read(_ count: Int, at offset: Int64) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let filled = try read(into: &bytes, from: 0, at: offset)
        bytes.removeLast(count - filled)
        return bytes
    }

    /// Fills `bytes` from its index `first` with what the file holds from `offset`, and returns how many bytes there
    /// were.
    package func read(into bytes: inout [UInt8], from first: Int, at offset: Int64) throws -> Int {
        var filled = 0
        while first + filled < bytes.count {
            let status = unsafe bytes.withUnsafeMutableBytes { room in
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: room[(first + filled)...])
                return unsafe pread(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(filled))
            }
            if status < 0, errno == EINTR { continue }
            guard status >= 0 else { throw Self.fault(path, errno) }
            if status == 0 { break }
            filled += status
        }
        return filled
    }

    /// Writes all of `bytes` at `offset`.
    package func write(_ bytes: [UInt8], at offset: Int64) throws {
        var written = 0
        while written < bytes.count {
            let status = unsafe bytes.withUnsafeBytes { all in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: all[written...])
                return unsafe pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(written))
            }
            if status < 0, errno == EINTR { continue }
            guard status > 0 else { throw Self.fault(path, errno) }
            written += status
        }
    }

    /// Cuts or lengthens the file.
    func resize(to size: Int64) throws {
        guard ftruncate(descriptor, off_t(size)) == 0 else { throw Self.fault(path, errno) }
    }

    /// Returns when what was written survives a power cut.
    func synchronize() throws {
        guard fsync(descriptor) == 0 else { throw Self.fault(path, errno) }
    }

    package var size: Int64 { get throws { Int64(try status().st_size) } }

    package var stamp: Stamp {
        get throws {
            let status = try status()
            #if canImport(Darwin)
            let modified = status.st_mtimespec
            #else
            let modified = status.st_mtim
            #endif
            return Stamp(
                size: Int64(status.st_size), modifiedSeconds: Int64(modified.tv_sec),
                modifiedNanoseconds: Int64(modified.tv_nsec))
        }
    }

    var isRegular: Bool { get throws { try status().st_mode & S_IFMT == S_IFREG } }

    /// Takes the file for this process until it is closed. `false` when another one has it, or when the file that was
    /// opened is no longer the one at its path: whoever had it has renamed it since.
    package func lock() throws -> Bool {
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return false }
        let mine = try status()
        var there = stat()
        guard unsafe stat(path, &there) == 0 else { return false }
        return there.st_ino == mine.st_ino && there.st_dev == mine.st_dev
    }

    /// Gives the file at `path` another path, at once and for good, in place of what is there.
    package static func rename(_ path: String, to newPath: String) throws {
        #if canImport(Glibc)
        let status = unsafe Glibc.rename(path, newPath)
        #elseif canImport(Musl)
        let status = unsafe Musl.rename(path, newPath)
        #else
        let status = unsafe Darwin.rename(path, newPath)
        #endif
        guard status == 0 else { throw fault(newPath, errno) }
        let parts = newPath.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let directory = parts.isEmpty ? "." : parts.joined(separator: "/") + "/"
        try PositionedFile(reading: directory).synchronize()
    }

    static func remove(_ path: String) { _ = unsafe unlink(path) }

    private func status() throws -> stat {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw Self.fault(path, errno) }
        return status
    }

    private static func fault(_ path: String, _ code: Int32) -> BreachFilter.Failure {
        .inaccessible(path: path, reason: unsafe String(cString: strerror(code)))
    }
}
