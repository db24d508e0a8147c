import Accounts
import Core
import Credentials
import Identity
import SecurityEvents
import Sessions
import Storage
import TestSupport
import Testing

extension GateFixture {
    /// Makes a key for the person behind `grant`, who has just shown the password.
    @discardableResult
    func key(
        _ grant: SessionGrant, _ name: String = "Lead source", _ change: (inout APIKey.Wish) -> Void = { _ in }
    ) async throws -> (text: String, key: APIKey) {
        var wish = APIKey.Wish(name: name)
        change(&wish)
        let outcome = try await gate.apiKeys.create(Self.scope(grant), wish, try proof(grant), from: Self.source)
        guard case .created(let text, let key) = outcome else {
            Issue.record("no key: \(outcome)")
            throw Unexpected()
        }
        return (text.exposed, key)
    }

    /// What the gate says to a key: the role it acts with, or why it is refused.
    func admittance(
        key text: String, from address: IPAddress? = GateFixture.source.ip
    ) async throws -> String {
        guard let presented = PresentedKey(text) else { return "no key" }
        switch try await gate.keyAdmission.admit(presented, from: address) {
        case .admitted(let key): return key.role.rawValue
        case .refused(let refusal): return refusal.reason.rawValue
        case .unknown: return "unknown"
        }
    }

    /// The keys that somebody sees.
    func keys(_ grant: SessionGrant) async throws -> [APIKey] { try await gate.apiKeys.list(Self.scope(grant)) }
}
