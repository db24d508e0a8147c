package import Core

/// Marks identities of files that are kept.
package enum StoredFileEntity {}

/// The name of a file in a store; says nothing of what is in it.
package typealias StoredFileID = Identifier<StoredFileEntity>

/// Where the files of the brokerage lie: a directory, or a store that several nodes share.
package protocol FileStore: Sendable {
    /// Takes over the whole of `upload`. When it returns the file survives a power cut.
    func keep(_ upload: FileUpload) async throws
    /// The bytes of a file from its beginning; `nil` when there is none of that name.
    func contents(of id: StoredFileID) async throws -> FileContents?
    /// Removes a file. None of that name is no fault.
    func remove(_ id: StoredFileID) async throws
}

/// The bytes of a file, piece by piece.
package struct FileContents: AsyncSequence, Sendable {
    private let file: OpenFile
    private let thread: FileThread
    private static let piece = 128 * 1024

    /// What is left to read of `file`.
    package init(_ file: OpenFile) {
        self.file = file
        thread = FileThread(label: "gatehouse.file")
    }

    /// Reads one piece after the other, on a thread of its own.
    package struct Iterator: AsyncIteratorProtocol {
        let file: OpenFile
        let thread: FileThread

        /// The next piece; `nil` at the end.
        package mutating func next() async throws -> [UInt8]? {
            let bytes = try await thread.run { [file] in try file.read(upTo: FileContents.piece) }
            return bytes.isEmpty ? nil : bytes
        }
    }

    /// Goes on where the file was read to.
    package func makeAsyncIterator() -> Iterator { Iterator(file: file, thread: thread) }
}
