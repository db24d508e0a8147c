import Accounts
import Core
import Credentials
import Crypto
import Guarding
import SecurityEvents
import Storage

/// Codes on their way to phones: how many may be sent, and the message.
struct TextedCodes: Sendable {
    private let world: World
    private let textbox: Textbox
    private let limiter: RateLimiter
    private let recorder: EventRecorder
    private let issuer: String

    init(world: World, textbox: Textbox, limiter: RateLimiter, recorder: EventRecorder, issuer: String) {
        self.world = world
        self.textbox = textbox
        self.limiter = limiter
        self.recorder = recorder
        self.issuer = issuer
    }

    /// Whether messages can be sent at all.
    var areEnabled: Bool { textbox.isEnabled }

    /// A code to send.
    func newCode() -> String { OneTimeCode.make(in: world) }

    /// How long to wait when too many codes were sent to `number`, or for `account`; `nil` when one more may be.
    func excess(_ number: PhoneNumber, _ account: AccountID) async throws -> Duration? {
        let pseudonym = Base64URL.encode(Array(SHA256.hash(data: Array(number.text.utf8)).prefix(16)))
        for subject in ["number:\(pseudonym)", "account:\(account)"] {
            if let verdict = try await limiter.hit(.sms, subject: subject), !verdict.isAllowed {
                return verdict.reset
            }
        }
        return nil
    }

    /// Puts the message with a code into the outbox.
    func send(
        _ code: String, to number: PhoneNumber, _ account: Account, _ source: RequestSource, in sql: any SQLSession
    ) throws {
        let minutes = MFAPolicy.codeLife.milliseconds / 60_000
        try textbox.post(
            OutgoingSMS(
                to: number,
                body: "\(code) is your \(issuer) code. It counts for \(minutes) minutes. Give it to nobody.",
                notAfter: world.now() + MFAPolicy.codeLife),
            in: sql)
        try recorder.record(
            Event(.smsCodeSent, in: world, user: account.id, from: source, detail: ["phone": number.masked]),
            in: sql)
    }
}
