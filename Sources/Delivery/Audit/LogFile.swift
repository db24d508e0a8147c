package import SecurityEvents

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Why something could not be handed on, in a sentence for the operator.
package struct LogReceiverFailure: Error, CustomStringConvertible {
    package let description: String
}

/// A file that lines are appended to. It is opened for each piece of the log, so that it can be rotated underneath.
struct LogFile: Sendable {
    let path: String

    /// Appends `bytes` and returns when the disk has them.
    func append(_ bytes: [UInt8]) throws {
        let descriptor = unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("cannot be opened") }
        defer { close(descriptor) }
        try Self.write(bytes, to: descriptor, path)
        guard fsync(descriptor) == 0 else { throw failure("cannot be written to the disk") }
    }

    static func write(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            #if canImport(Darwin)
            let count = unsafe rest.withUnsafeBytes { unsafe Darwin.write(descriptor, $0.baseAddress, $0.count) }
            #elseif canImport(Musl)
            let count = unsafe rest.withUnsafeBytes { unsafe Musl.write(descriptor, $0.baseAddress, $0.count) }
            #else
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            #endif
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw LogFile(path: path).failure("cannot be written") }
            rest = rest.dropFirst(count)
        }
    }

    private func failure(_ what: String) -> LogReceiverFailure {
        let cause = unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "error \(errno)"
        return LogReceiverFailure(description: "\(path) \(what): \(cause)")
    }
}

/// `AUDIT_ANCHOR=file:…`: each checkpoint is a line of a file, which should lie on another machine's disk.
package struct AnchorFile: LogReceiver {
    private let file: LogFile

    package init(path: String) { file = LogFile(path: path) }

    /// Appends the checkpoints.
    package func take(_ checkpoints: [Checkpoint]) throws {
        try file.append(checkpoints.reduce(into: []) { $0 += $1.anchorLine })
    }
}

/// `SECURITY_LOG_SINK=file:…` and `stdout`: each event is a line of JSON.
package struct EventLineFile: LogReceiver {
    /// `nil` for standard output.
    private let path: String?

    package init(path: String?) { self.path = path }

    /// Appends the events.
    package func take(_ events: [SealedEvent]) throws {
        let bytes: [UInt8] = events.reduce(into: []) { $0 += $1.jsonLine + [10] }
        if let path { return try LogFile(path: path).append(bytes) }
        try LogFile.write(bytes, to: STDOUT_FILENO, "standard output")
    }
}
