import Accounts
import Credentials
import FoundationEssentials
import Testing

/// A pair of ceremonies that the W3C publishes (WebAuthn Level 3, section 16).
struct WebAuthnVector {
    static let party = RelyingParty(id: "example.org", name: "Example", origins: ["https://example.org"])

    let aaguid: [UInt8]
    let credentialID: [UInt8]
    let registration: RegistrationResponse
    let registrationChallenge: [UInt8]
    let assertion: AssertionResponse
    let assertionChallenge: [UInt8]

    init(_ name: String) throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Data/webauthn-level-3.txt")
        var values: [String: [UInt8]] = [:]
        for line in try String(contentsOf: path, encoding: .utf8).split(separator: "\n") where !line.hasPrefix("#") {
            let fields = line.split(separator: " ")
            if fields.count == 2 { values[String(fields[0])] = Self.bytes(fields[1]) }
        }
        func value(_ key: String) throws -> [UInt8] { try #require(values["\(name).\(key)"]) }
        aaguid = try value("aaguid")
        credentialID = try value("credentialID")
        registrationChallenge = try value("registration.challenge")
        assertionChallenge = try value("assertion.challenge")
        registration = RegistrationResponse(
            clientDataJSON: try value("registration.clientDataJSON"),
            attestationObject: try value("attestationObject"))
        assertion = AssertionResponse(
            credentialID: credentialID, clientDataJSON: try value("assertion.clientDataJSON"),
            authenticatorData: try value("authenticatorData"), signature: try value("signature"))
    }

    func register(allowedAAGUIDs: Set<[UInt8]>? = nil) throws(WebAuthnFailure) -> VerifiedRegistration {
        try WebAuthnVerifier(relyingParty: Self.party).registration(
            registration, challenge: registrationChallenge, requiresUserVerification: false,
            allowedAAGUIDs: allowedAAGUIDs)
    }

    func signIn(with key: CredentialKey) throws(WebAuthnFailure) -> VerifiedAssertion {
        try WebAuthnVerifier(relyingParty: Self.party).assertion(
            assertion, key: key, challenge: assertionChallenge, requiresUserVerification: false)
    }

    private static func bytes(_ text: Substring) -> [UInt8] {
        var bytes: [UInt8] = []
        var digits = text.utf8.makeIterator()
        while let high = digits.next(), let low = digits.next() { bytes.append(digit(high) << 4 | digit(low)) }
        return bytes
    }

    private static func digit(_ character: UInt8) -> UInt8 {
        character < UInt8(ascii: "a") ? character - UInt8(ascii: "0") : character - UInt8(ascii: "a") + 10
    }
}
