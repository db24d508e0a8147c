import Core
import FoundationEssentials
package import Logging

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Writes each mail to a file that a mail program can open, for development: nothing leaves the machine.
///
/// The name is the mail's time and identity, so files sort by age, and one that is sent again replaces itself. Only
/// this user can read them, for their links work.
package struct FileTransport: MailTransport {
    private let directory: String
    private let log: Logger
    private let thread = SendingThread("mail-files")

    /// Writes to `directory`, which is made when it is not there.
    package init(directory: String, log: Logger) {
        self.directory = directory
        self.log = log
    }

    /// Writes the file, or fails for now with the reason of the system.
    package func send(_ message: MailMessage) async throws(MailFailure) {
        let time = message.date.iso8601.filter { $0.isNumber || $0 == "T" || $0 == "Z" }
        let (directory, name) = (directory, "\(time)-\(message.id).eml")
        let bytes = message.bytes
        let problem = await thread.run { Self.write(bytes, to: name, in: directory) }
        let path = "\(directory)/\(name)"
        if let problem { throw .temporary("\(path) cannot be written: \(problem)") }
        log.info("mail written to a file", metadata: ["kind": "mail", "path": "\(path)"])
    }

    /// Writes a file that is there as a whole or not at all, and says what went wrong.
    private static func write(_ bytes: [UInt8], to name: String, in directory: String) -> String? {
        try? FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let unfinished = "\(directory)/.\(name).partial"
        // What a crash left behind; also, so that nobody else's link is followed.
        _ = unsafe unlink(unfinished)
        let descriptor = unsafe open(unfinished, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return reason(errno) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe posixWrite(descriptor, $0) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let problem = reason(errno)
                close(descriptor)
                _ = unsafe unlink(unfinished)
                return problem
            }
            rest = rest.dropFirst(count)
        }
        close(descriptor)
        do {
            let target = "\(directory)/\(name)"
            guard unsafe rename(unfinished, target) == 0 else { return reason(errno) }
            return nil
        }
    }

    private static func posixWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
    }

    private static func reason(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }
}
