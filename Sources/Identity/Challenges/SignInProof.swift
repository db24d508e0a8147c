import Accounts
import SecurityEvents

/// Who has proven what, on the way to a session.
struct SignInProof: Sendable {
    let account: Account
    /// `amr`, in the order of proof.
    let methods: [String]
    /// What the browser's device cookie tells it apart by; `nil` when none vouches for it.
    let deviceNonce: [UInt8]?
    let source: RequestSource
    /// What is known of the password's part; nothing without one.
    var circumstances = SignInChallenge.Circumstances()
    /// For the event.
    var detail: [String: String] = [:]

    /// Whether a device cookie vouches for the browser.
    var isKnownDevice: Bool { deviceNonce != nil }
}
