import Core
import Credentials
import SecurityEvents
import Storage

/// What is kept of somebody that decides about a sign-in, read in one exchange while the account is held.
struct SignInRecord: Sendable {
    /// Whether they sign in for the first time of all: then no browser is news.
    let isFirst: Bool
    /// For the device cookie of the browser.
    let deviceEpoch: Int64
    /// When a session of theirs was last ended because its token was used twice.
    let robbedAt: Timestamp?
    /// None where nothing asks for them.
    var factors: FactorSet
    /// What the detection knows; `nil` where nothing looks.
    let knowledge: SignInDetection.Knowledge?
}
