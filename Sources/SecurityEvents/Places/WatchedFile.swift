/// A file of the operator's that is read again when it changes, while the server runs.
package protocol WatchedFile: Sendable {
    /// What it is, for a line of the log: "GeoIP file".
    var label: String { get }
    /// Why the file on disk is not in use; `nil` when it is, or when none is configured.
    var problem: String? { get }
    /// Looks at the file again, and takes it into use when it is another one (by time, size or inode) and a good one.
    ///
    /// To be called now and then, from a thread that may block: a new file is read whole. A file once refused is not
    /// read again until it changes.
    func reload() -> FileReload
}

/// What became of looking at a file again.
package enum FileReload: Sendable, Hashable {
    /// The file is the one in use, or none is configured.
    case unchanged
    /// The file was new and is in use now.
    case reloaded
    /// The file cannot be used, and the one before, if any, stays in use. The reason continues a sentence that
    /// begins with the file's name, and stays the same as long as the file does.
    case kept(reason: String)
}
