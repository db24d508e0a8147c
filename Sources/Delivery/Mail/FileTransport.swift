import Core
package import Logging

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
    package func send(_ message: MailMessage) async throws(DeliveryFailure) {
        let time = message.date.iso8601.filter { $0.isNumber || $0 == "T" || $0 == "Z" }
        let (directory, name) = (directory, "\(time)-\(message.id).eml")
        let bytes = message.bytes
        let problem = await thread.run { WholeFile.write(bytes, to: name, in: directory) }
        let path = "\(directory)/\(name)"
        if let problem { throw .temporary("\(path) cannot be written: \(problem)") }
        log.info("mail written to a file", metadata: ["kind": "mail", "path": "\(path)"])
    }
}
