import Core

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Files in a directory that only this user can enter, each under its identity: no name that somebody chose is ever a path.
package struct DirectoryStore: FileStore {
    private let directory: String
    private let thread = FileThread(label: "gatehouse.files")

    /// The files in `directory` (`DATA_DIR/files`).
    package init(_ directory: String) {
        self.directory = directory
    }

    /// The last two hexadecimal digits are random, and spread the files over directories.
    private func path(_ id: StoredFileID) -> (folder: String, file: String) {
        let folder = "\(directory)/\(id.description.suffix(2))"
        return (folder, "\(folder)/\(id)")
    }

    /// Gives the upload its place and its name.
    package func keep(_ upload: FileUpload) async throws {
        let (folder, file) = path(upload.id)
        try await thread.run { [directory] in
            for folder in [directory, folder] where unsafe mkdir(folder, 0o700) != 0 && errno != EEXIST {
                throw FileFailure(folder, errno)
            }
            guard unsafe rename(upload.path, file) == 0 else { throw FileFailure(file, errno) }
            // The name has to survive a power cut as well.
            try OpenFile(folder, flags: O_RDONLY | O_DIRECTORY).synchronize()
        }
    }

    /// The bytes of a file; a link is none.
    package func contents(of id: StoredFileID) async throws -> FileContents? {
        let file = path(id).file
        return try await thread.run {
            guard unsafe access(file, F_OK) == 0 else { return nil }
            return FileContents(try OpenFile(file, flags: O_RDONLY | O_NOFOLLOW))
        }
    }

    /// Removes the file.
    package func remove(_ id: StoredFileID) async throws {
        let file = path(id).file
        try await thread.run {
            guard unsafe unlink(file) == 0 || errno == ENOENT else { throw FileFailure(file, errno) }
        }
    }
}
