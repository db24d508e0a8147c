/// What was said between us and a mail server, as far as it tells whose matter a failure is. Commands are known by
/// their first word alone: what comes after it may be a password.
struct SMTPDialogue {
    /// What we last asked the server.
    enum Stage {
        case greeting, introduction, security, signIn, sender, recipient, announcement, message
    }

    private(set) var stage = Stage.greeting
    /// Of the last reply; 0 when there was none to what was last sent.
    private(set) var code = 0
    private(set) var text = ""
    private var isWithinReply = false
    private var isOver = false

    /// We sent `command`.
    mutating func send(_ command: some Sequence<UInt8>) {
        guard !isOver else { return }
        // After 334 the line is part of the proof of who we are, and may begin with anything.
        let isProof = stage == .signIn && code == 334
        switch isProof ? "" : String(decoding: Array(command).prefix(4), as: UTF8.self) {
        case "EHLO", "HELO": stage = .introduction
        case "STAR": stage = .security
        case "AUTH": stage = .signIn
        case "MAIL": stage = .sender
        case "RCPT": stage = .recipient
        case "DATA": stage = .announcement
        // What the server says to our farewell does not matter; what made us leave does.
        case "QUIT":
            isOver = true
            return
        default: break
        }
        (code, text, isWithinReply) = (0, "", false)
    }

    /// The server sent `bytes`, lines of replies (RFC 5321 §4.2).
    mutating func receive(_ bytes: [UInt8]) {
        guard !isOver else { return }
        for line in bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            guard let number = Int(String(decoding: line.prefix(3), as: UTF8.self)), (200...599).contains(number) else {
                continue
            }
            let words = HeaderText.cleaned(String(decoding: line.dropFirst(4), as: UTF8.self))
            text = isWithinReply && number == code ? "\(text) \(words)" : words
            code = number
            isWithinReply = line.dropFirst(3).first == UInt8(ascii: "-")
            if stage == .announcement, code == 354 { (stage, code, text) = (.message, 0, "") }
        }
    }

    /// What the failure of the transfer means. `problem` is what the transfer itself says of it; `address`, the
    /// recipient's, is kept out of the reason.
    func failure(_ problem: String, address: String) -> DeliveryFailure {
        guard code >= 400 else { return .temporary(Self.hiding(address, in: problem)) }
        let reply = stage == .signIn ? "\(code)" : "\(code) \(Self.hiding(address, in: String(text.prefix(200))))"
        let reason = "the mail server \(deed): \(reply)"
        return isFinal ? .permanent(reason) : .temporary(reason)
    }

    /// Whether the refusal is of this recipient or this mail. That we must sign in first (530, 538) is the operator's
    /// matter, and so is a sender that the server will not have; but a mail may be found too large as soon as the
    /// sender is named (552).
    private var isFinal: Bool {
        guard (500...599).contains(code), code != 530, code != 538 else { return false }
        switch stage {
        case .recipient, .announcement, .message: return true
        case .sender: return code == 552
        default: return false
        }
    }

    private var deed: String {
        switch stage {
        case .greeting, .introduction: "does not accept the connection"
        case .security: "refuses STARTTLS"
        case .signIn: "refuses the user or the password"
        case .sender: "refuses the sender"
        case .recipient: "refuses the recipient"
        case .announcement, .message: "refuses the mail"
        }
    }

    /// Servers like to repeat the address that they refuse.
    private static func hiding(_ address: String, in text: String) -> String {
        let hidden = text.replacing(address, with: "…")
        return hidden.lowercased().contains(address) ? "(no reason that can be shown)" : hidden
    }
}
