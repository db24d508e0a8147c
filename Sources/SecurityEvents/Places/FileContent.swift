import Synchronization

/// What a file of the operator's holds, kept in use until the file holds something better.
final class FileContent<Content: Sendable>: Sendable {
    /// Reads the file at a path. Sets the stamp once it has the file whole, and throws when it cannot be used.
    typealias Read = @Sendable (String, inout FileStamp?) throws(PlaceFileRefusal) -> Content

    private struct State {
        var content: Content?
        var problem: String?
    }

    private struct Examined {
        var stamp: FileStamp?
        var refusal: PlaceFileRefusal?
    }

    private let path: String?
    private let read: Read
    /// Held for as long as it takes to copy a reference, so that a look-up never waits for a reload.
    private let state = Mutex(State())
    /// The file that was looked at last. Its lock makes one reload wait for the other.
    private let examined = Mutex(Examined())

    /// Reads the file at `path`; `nil` switches it off. Blocks.
    init(path: String?, read: @escaping Read) {
        self.path = path
        self.read = read
        _ = reload()
    }

    /// What is in use.
    var content: Content? { state.withLock(\.content) }

    var problem: String? { state.withLock(\.problem) }

    /// See ``WatchedFile/reload()``.
    func reload() -> FileReload {
        guard let path else { return .unchanged }
        return examined.withLock { examined in
            do throws(PlaceFileRefusal) {
                if try FileStamp(path: path) == examined.stamp {
                    if let refusal = examined.refusal { throw refusal }
                    state.withLock { $0.problem = nil }
                    return .unchanged
                }
                let content = try read(path, noting: &examined)
                state.withLock { $0 = State(content: content) }
                return .reloaded
            } catch {
                state.withLock { $0.problem = error.reason }
                return .kept(reason: error.reason)
            }
        }
    }

    /// Reads the file and notes the verdict on it. One that could not be read whole is not noted, so that the next
    /// reload reads it again.
    private func read(_ path: String, noting examined: inout Examined) throws(PlaceFileRefusal) -> Content {
        var stamp: FileStamp?
        do throws(PlaceFileRefusal) {
            let content = try read(path, &stamp)
            examined = Examined(stamp: stamp)
            return content
        } catch {
            if let stamp { examined = Examined(stamp: stamp, refusal: error) }
            throw error
        }
    }
}
