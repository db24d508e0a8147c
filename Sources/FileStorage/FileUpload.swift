import Core
import Crypto

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file on its way in: written to a directory of this machine piece by piece, then kept by a ``FileStore`` or let go.
package final class FileUpload: Sendable {
    /// The name that it will have.
    package let id: StoredFileID
    /// Where it lies meanwhile.
    package let path: String
    private let file: OpenFile
    private let thread = FileThread(label: "gatehouse.upload")

    /// An empty file in `directory`, which is made if it is not there.
    package init(_ id: StoredFileID, in directory: String) throws {
        self.id = id
        path = "\(directory)/\(id).part"
        if unsafe mkdir(directory, 0o700) != 0, errno != EEXIST { throw FileFailure(directory, errno) }
        file = try OpenFile(path, flags: O_RDWR | O_CREAT | O_EXCL)
    }

    /// Adds bytes at the end.
    package func append(_ bytes: [UInt8]) async throws {
        try await thread.run { [file] in try file.append(bytes.span) }
    }

    /// Returns when what was written survives a power cut, with the number of bytes, the first of them, and the SHA-256 of all.
    package func finish(firstBytes count: Int) async throws -> (size: Int64, first: [UInt8], hash: [UInt8]) {
        try await thread.run { [file, path] in
            try file.synchronize()
            let reading = try OpenFile(path, flags: O_RDONLY)
            var (first, hash, size) = ([UInt8](), SHA256(), Int64(0))
            while true {
                let piece = try reading.read(upTo: 128 * 1024)
                if piece.isEmpty { break }
                if first.count < count { first += piece.prefix(count - first.count) }
                hash.update(data: piece)
                size += Int64(piece.count)
            }
            return (size, first, Array(hash.finalize()))
        }
    }

    /// Lets go of it. After it was kept this does nothing.
    package func discard() { _ = unsafe unlink(path) }
}
