import Core

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The files that wait to be imported, in a directory that only this user can enter: each under the name of its import, until it is done.
///
/// A file lies on the node that took it, so that node works on it; nodes that share the directory work on each other's.
package struct ImportFiles: Sendable {
    /// `DATA_DIR/imports`.
    package let directory: String
    /// The most bytes of one file: `IMPORT_MAX_MB`.
    package let limit: Int

    package init(directory: String, limit: Int) {
        self.directory = directory
        self.limit = limit
    }

    /// Something that the disk refused.
    package struct Failure: Error, Sendable, CustomStringConvertible {
        package let description: String
        /// Whether there is no room left.
        package let isFull: Bool

        init(_ path: String, _ code: Int32) {
            description = "\(path): \(unsafe String(cString: strerror(code)))"
            isFull = code == ENOSPC || code == EDQUOT
        }
    }

    func path(_ id: ImportID) -> String { "\(directory)/\(id)" }

    func has(_ id: ImportID) -> Bool { unsafe access(path(id), R_OK) == 0 }

    func remove(_ id: ImportID) { _ = unsafe unlink(path(id)) }

    /// An empty file that is not known yet.
    func create(_ id: ImportID) throws -> ImportFile {
        if unsafe mkdir(directory, 0o700) != 0, errno != EEXIST { throw Failure(directory, errno) }
        return try ImportFile(path(id) + ".part", flags: O_WRONLY | O_CREAT | O_EXCL)
    }

    /// Gives a file that is whole its name.
    func keep(_ id: ImportID) throws {
        guard unsafe rename(path(id) + ".part", path(id)) == 0 else { throw Failure(path(id), errno) }
    }

    /// Lets go of a file that is not whole.
    func discard(_ id: ImportID) { _ = unsafe unlink(path(id) + ".part") }

    func open(_ id: ImportID) throws -> ImportFile { try ImportFile(path(id), flags: O_RDONLY) }

    /// The identities of the files that are there and have not been written to since `moment`, whole or not.
    func ids(before moment: Timestamp) -> [ImportID] {
        guard let listing = unsafe opendir(directory) else { return [] }
        defer { unsafe _ = closedir(listing) }
        var found: Set<ImportID> = []
        while let entry = unsafe readdir(listing) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            var status = stat()
            guard let id = ImportID(name.prefix(36)), unsafe stat("\(directory)/\(name)", &status) == 0 else {
                continue
            }
            #if canImport(Darwin)
            let modified = status.st_mtimespec.tv_sec
            #else
            let modified = status.st_mtim.tv_sec
            #endif
            if Timestamp(seconds: Int64(modified)) < moment { found.insert(id) }
        }
        return found.sorted()
    }
}

/// A file that is written or read from its beginning to its end. Closed when its last user lets go.
final class ImportFile: Sendable {
    private let path: String
    private let descriptor: Int32

    fileprivate init(_ path: String, flags: Int32) throws {
        self.path = path
        descriptor = unsafe open(path, flags | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw ImportFiles.Failure(path, errno) }
    }

    deinit { close(descriptor) }

    /// Adds bytes at the end.
    func append(_ bytes: Span<UInt8>) throws {
        try unsafe bytes.withUnsafeBytes { bytes in
            var rest = unsafe bytes[...]
            while unsafe !rest.isEmpty {
                let count = unsafe write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw ImportFiles.Failure(path, errno) }
                unsafe rest = unsafe rest.dropFirst(count)
            }
        }
    }

    /// Returns when what was written survives a power cut.
    func synchronize() throws {
        guard fsync(descriptor) == 0 else { throw ImportFiles.Failure(path, errno) }
    }

    /// How many bytes it has.
    var size: Int64 {
        get throws {
            var status = stat()
            guard unsafe fstat(descriptor, &status) == 0 else { throw ImportFiles.Failure(path, errno) }
            return Int64(status.st_size)
        }
    }

    /// The next bytes; none at the end.
    func read(upTo count: Int) throws -> [UInt8] {
        try unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while true {
                let status = unsafe systemRead(descriptor, buffer.baseAddress, count)
                if status < 0, errno == EINTR { continue }
                guard status >= 0 else { throw ImportFiles.Failure(path, errno) }
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
