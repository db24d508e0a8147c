import Core

extension MailMessage {
    fileprivate static let ownHeaders: Set<String> = [
        "from", "to", "cc", "bcc", "sender", "reply-to", "subject", "date", "message-id", "mime-version", "return-path",
        "received",
    ]

    /// The mail as it goes over the wire (RFC 5322, RFC 2045): ASCII in lines that end in CRLF and, but for an address
    /// longer than that, have at most 78 characters.
    ///
    /// Whatever the subject, a name or a header holds, it stays in its own header. The same mail has the same bytes
    /// every time.
    package var bytes: [UInt8] {
        var head = [
            "Date: \(date.mailDate)",
            HeaderText.mailbox("From", from.name, from.address),
            HeaderText.mailbox("To", toName, to),
            "Message-ID:\(messageID.utf8.count < 65 ? " " : "\r\n ")\(messageID)",
            HeaderText.unstructured("Subject", subject),
        ]
        if let replyTo { head.append(HeaderText.mailbox("Reply-To", replyTo.name, replyTo.address)) }
        head += headers.filter(\.isAllowed).map {
            HeaderText.link($0.name, $0.value) ?? HeaderText.unstructured($0.name, $0.value)
        }
        head += [
            "MIME-Version: 1.0", "Content-Type: multipart/alternative;\r\n boundary=\"\(boundary)\"", "",
        ]
        var bytes = Array(head.joined(separator: "\r\n").utf8)
        // The best form comes last (RFC 2046 §5.1.4).
        bytes += part("text/plain", text) + part("text/html", html) + Array("\r\n--\(boundary)--\r\n".utf8)
        return bytes
    }

    /// An encoded body cannot hold it: there, two digits come after every `=`.
    private var boundary: String { "=_\(id)" }

    private func part(_ type: String, _ body: String) -> [UInt8] {
        let head = [
            "", "--\(boundary)", "Content-Type: \(type); charset=utf-8", "Content-Transfer-Encoding: quoted-printable",
            "", "",
        ]
        return Array(head.joined(separator: "\r\n").utf8) + QuotedPrintable.encode(body)
    }
}

extension MailMessage.Header {
    /// Whether the name is one (RFC 5322 §3.6.8), and none of those that the message writes itself.
    fileprivate var isAllowed: Bool {
        let name = name.lowercased()
        let isName =
            (1...40).contains(name.utf8.count)
            && name.utf8.allSatisfy { (33...126).contains($0) && $0 != UInt8(ascii: ":") }
        return isName && !name.hasPrefix("content-") && !MailMessage.ownHeaders.contains(name)
    }
}

extension Timestamp {
    /// The moment as `Sat, 31 Jan 2026 09:05:00 +0000` (RFC 5322 §3.3).
    var mailDate: String {
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let (day, month) = (
            Int((seconds - (seconds % 86_400 + 86_400) % 86_400) / 86_400), iso8601.dropFirst(5).prefix(2)
        )
        let weekday = days[(day % 7 + 7) % 7]
        let monthName = Int(month).flatMap { (1...12).contains($0) ? months[$0 - 1] : nil } ?? ""
        let (year, date, time) = (iso8601.prefix(4), iso8601.dropFirst(8).prefix(2), iso8601.dropFirst(11).prefix(8))
        return "\(weekday), \(date) \(monthName) \(year) \(time) +0000"
    }
}
