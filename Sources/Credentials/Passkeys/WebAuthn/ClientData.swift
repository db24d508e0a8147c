import Core
import FoundationEssentials

/// What the browser says about the page that asked (WebAuthn Level 3 §5.8.1). The authenticator signs its hash.
struct ClientData: Sendable {
    /// Which ceremony an answer belongs to.
    enum Ceremony: String, Sendable {
        case registration = "webauthn.create"
        case assertion = "webauthn.get"
    }

    private struct Members: Decodable {
        let type: String
        let challenge: String
        let origin: String
        let crossOrigin: Bool?
        let topOrigin: String?
    }

    /// Browsers send about 200 bytes; they may add members, and an origin may be long.
    private static let largest = 4_096

    private let members: Members
    /// What the browser was asked to have signed.
    package let challenge: [UInt8]

    /// Reads the JSON; unknown members are allowed (§5.8.1).
    init(_ json: [UInt8]) throws(WebAuthnFailure) {
        guard json.count <= Self.largest, let members = try? JSONDecoder().decode(Members.self, from: Data(json)),
            let challenge = Base64URL.decode(members.challenge)
        else { throw .malformed }
        self.members = members
        self.challenge = challenge
    }

    /// Refuses what was made for another ceremony, another challenge, or on another page (§7.1, §7.2). None of our pages is
    /// meant to be framed by another site, so an answer from a cross-origin frame is refused whoever is on top of it.
    package func check(
        _ ceremony: Ceremony, challenge expected: [UInt8], of party: RelyingParty
    ) throws(WebAuthnFailure) {
        guard members.type == ceremony.rawValue else { throw .wrongType }
        guard !expected.isEmpty, ConstantTime.equal(challenge, expected) else { throw .wrongChallenge }
        let origin = Array(members.origin.utf8)
        // By bytes: to `==` of String, two spellings of one accented letter are the same.
        guard party.origins.contains(where: { Array($0.utf8) == origin }) else { throw .wrongOrigin }
        guard members.crossOrigin != true, members.topOrigin == nil else { throw .wrongOrigin }
    }
}
