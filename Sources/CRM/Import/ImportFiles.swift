import Core
import FileStorage

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

    func path(_ id: ImportID) -> String { "\(directory)/\(id)" }

    func has(_ id: ImportID) -> Bool { unsafe access(path(id), R_OK) == 0 }

    func remove(_ id: ImportID) { _ = unsafe unlink(path(id)) }

    /// An empty file that is not known yet.
    func create(_ id: ImportID) throws -> OpenFile {
        if unsafe mkdir(directory, 0o700) != 0, errno != EEXIST { throw FileFailure(directory, errno) }
        return try OpenFile(path(id) + ".part", flags: O_WRONLY | O_CREAT | O_EXCL)
    }

    /// Gives a file that is whole its name.
    func keep(_ id: ImportID) throws {
        guard unsafe rename(path(id) + ".part", path(id)) == 0 else { throw FileFailure(path(id), errno) }
    }

    /// Lets go of a file that is not whole.
    func discard(_ id: ImportID) { _ = unsafe unlink(path(id) + ".part") }

    func open(_ id: ImportID) throws -> OpenFile { try OpenFile(path(id), flags: O_RDONLY) }

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
