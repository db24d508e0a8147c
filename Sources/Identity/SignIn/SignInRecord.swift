import Core
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

    /// The record of `account` for a sign-in from `source`, by a browser that claims `nonce`; without the factors if these have been shown.
    static func question(
        about account: AccountID, from source: RequestSource, nonce: [UInt8]?, hasShownFactors: Bool = false,
        _ gate: GateParts
    ) -> Question<SignInRecord> {
        let asksForFactors = !hasShownFactors && (gate.mfa.isEnabled || gate.detection != nil)
        let knowledge = gate.detection?.knowledge(of: account, from: source, nonce: nonce)
        return Question(
            past(of: account), asksForFactors ? FactorSet.question(about: account) : .settled(FactorSet()),
            knowledge.map { Question($0, read: Optional.some) } ?? .settled(nil)
        ) { past, factors, knowledge in
            SignInRecord(
                isFirst: try past?.optional("other", as: SessionID.self) == nil,
                deviceEpoch: try past?.get("device_epoch") ?? 0, robbedAt: try past?.optional("robbed_at"),
                factors: factors, knowledge: knowledge)
        }
    }

    /// The record of whoever has proven `proof`.
    static func question(
        about proof: SessionOpening.Proof, hasShownFactors: Bool = false, _ gate: GateParts
    ) -> Question<SignInRecord> {
        question(
            about: proof.account.id, from: proof.source, nonce: proof.deviceNonce, hasShownFactors: hasShownFactors,
            gate)
    }

    private static func past(of account: AccountID) -> Question<Row?> {
        Question(
            """
            SELECT device_epoch, (SELECT id FROM session WHERE user_id = \(account) LIMIT 1) AS other,
                (SELECT MAX(revoked_at) FROM session
                    WHERE user_id = \(account) AND revocation_reason = 'theft') AS robbed_at
            FROM account WHERE id = \(account)
            """
        ) { rows in rows.first }
    }
}
