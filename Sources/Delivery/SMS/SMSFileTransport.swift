import Core
package import Logging

/// Writes each message to a file, for development: nothing leaves the machine, and nothing is charged.
///
/// The name is the message's time and identity, as that of a mail is. Only this user can read them, for their codes work; the
/// log names the file and never the code.
package struct SMSFileTransport: SMSTransport {
    private let directory: String
    private let log: Logger
    private let thread = SendingThread("sms-files")

    /// Writes to `directory`, which is made when it is not there.
    package init(directory: String, log: Logger) {
        self.directory = directory
        self.log = log
    }

    /// Writes the file, or fails for now with the reason of the system.
    package func send(_ message: SMSMessage) async throws {
        let time = message.date.iso8601.filter { $0.isNumber || $0 == "T" || $0 == "Z" }
        let (directory, name) = (directory, "\(time)-\(message.id).txt")
        let bytes = Array("To: \(message.to.text)\n\n\(message.body)\n".utf8)
        let problem = await thread.run { WholeFile.write(bytes, to: name, in: directory) }
        let path = "\(directory)/\(name)"
        if let problem { throw DeliveryFailure.temporary("\(path) cannot be written: \(problem)") }
        log.info("message to a phone written to a file", metadata: ["kind": "sms", "path": "\(path)"])
    }
}
