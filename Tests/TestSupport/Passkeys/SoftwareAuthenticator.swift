import Core
import Crypto

/// An authenticator and the browser in front of it, with one passkey. It lies when it is told to.
package struct SoftwareAuthenticator: Sendable {
    /// Who vouches for a new passkey.
    package enum Attestation: Sendable {
        /// Nobody: what we ask for.
        case none
        /// The new key itself (`packed` without a certificate).
        case selfSigned
        /// This statement, in CBOR, under this name.
        case statement(String, [UInt8])
    }

    /// How a ceremony goes; by default as it should.
    package struct Behaviour: Sendable {
        package var userPresent = true
        package var userVerified = true
        package var backupEligible = false
        package var backedUp = false
        package var signCount: UInt32 = 0
        /// Says so in the client data; `nil` leaves the member out, as older browsers do.
        package var crossOrigin: Bool? = false
        package var topOrigin: String?
        /// Instead of `webauthn.create` and `webauthn.get`.
        package var type: String?
        /// More members of the client data, beginning with a comma.
        package var moreClientData = ""
        package var attestation = Attestation.none
        /// The algorithm that the COSE key claims to be for.
        package var claimedAlgorithm: Int64?
        /// Instead of the COSE key.
        package var coseKey: [UInt8]?
        /// Extension outputs, in CBOR.
        package var extensions: [UInt8]?
        /// Bytes behind the authenticator data.
        package var trailing: [UInt8] = []
        /// Whether the flags say that there is a credential and there is one: a registration has it, an assertion does not.
        package var hasCredential: Bool?

        package init() {}

        /// An honest behaviour but for what `change` does to it.
        package static func with(_ change: (inout Behaviour) -> Void) -> Behaviour {
            var behaviour = Behaviour()
            change(&behaviour)
            return behaviour
        }
    }

    /// What the browser hands over after `navigator.credentials.create()`.
    package struct Registration: Sendable {
        package var credentialID: [UInt8]
        package var clientDataJSON: [UInt8]
        package var attestationObject: [UInt8]
        package var transports = ["internal"]
        package var attachment: String? = "platform"
    }

    /// What the browser hands over after `navigator.credentials.get()`.
    package struct Assertion: Sendable {
        package var credentialID: [UInt8]
        package var clientDataJSON: [UInt8]
        package var authenticatorData: [UInt8]
        package var signature: [UInt8]
        package var userHandle: [UInt8]?
    }

    /// The key of the passkey.
    package let key: SoftwareKey
    /// The name of the passkey.
    package var credentialID: [UInt8]
    /// The model.
    package var aaguid: [UInt8]
    /// The account that the passkey is for, as it was told at the registration.
    package var userHandle: [UInt8]?

    /// An authenticator with a new passkey of `kind`.
    package init(
        _ kind: SoftwareKey.Kind = .es256, credentialID: [UInt8], aaguid: [UInt8] = Array(repeating: 0, count: 16),
        userHandle: [UInt8]? = nil
    ) throws {
        key = try SoftwareKey(kind)
        self.credentialID = credentialID
        self.aaguid = aaguid
        self.userHandle = userHandle
    }

    /// Makes the passkey known to `origin`.
    package func create(
        challenge: [UInt8], origin: String, rpID: String, userVerified: Bool = true, _ behaviour: Behaviour = .init()
    ) throws -> Registration {
        var behaviour = behaviour
        behaviour.userVerified = behaviour.userVerified && userVerified
        let client = clientData(behaviour.type ?? "webauthn.create", challenge, origin, behaviour)
        let data = try authenticatorData(rpID, behaviour, withCredential: behaviour.hasCredential ?? true)
        let (format, statement) = try attest(data, client, behaviour)
        let object = CBOREncoding.members([
            ("fmt", CBOREncoding.text(format)), ("attStmt", statement), ("authData", CBOREncoding.bytes(data)),
        ])
        return Registration(credentialID: credentialID, clientDataJSON: client, attestationObject: object)
    }

    /// Signs in to `origin` with the passkey.
    package func get(
        challenge: [UInt8], origin: String, rpID: String, userVerified: Bool = true, _ behaviour: Behaviour = .init()
    ) throws -> Assertion {
        var behaviour = behaviour
        behaviour.userVerified = behaviour.userVerified && userVerified
        let client = clientData(behaviour.type ?? "webauthn.get", challenge, origin, behaviour)
        let data = try authenticatorData(rpID, behaviour, withCredential: behaviour.hasCredential ?? false)
        return Assertion(
            credentialID: credentialID, clientDataJSON: client, authenticatorData: data,
            signature: try key.sign(data + Array(SHA256.hash(data: client))), userHandle: userHandle)
    }

    private func clientData(_ type: String, _ challenge: [UInt8], _ origin: String, _ behaviour: Behaviour) -> [UInt8] {
        var json = #"{"type":"\#(type)","challenge":"\#(Base64URL.encode(challenge))","origin":"\#(origin)""#
        if let crossOrigin = behaviour.crossOrigin { json += #","crossOrigin":\#(crossOrigin)"# }
        if let topOrigin = behaviour.topOrigin { json += #","topOrigin":"\#(topOrigin)""# }
        return Array((json + behaviour.moreClientData + "}").utf8)
    }

    private func authenticatorData(
        _ rpID: String, _ behaviour: Behaviour, withCredential: Bool
    ) throws -> [UInt8] {
        var flags: UInt8 = 0
        if behaviour.userPresent { flags |= 0x01 }
        if behaviour.userVerified { flags |= 0x04 }
        if behaviour.backupEligible { flags |= 0x08 }
        if behaviour.backedUp { flags |= 0x10 }
        if withCredential { flags |= 0x40 }
        if behaviour.extensions != nil { flags |= 0x80 }
        var data = Array(SHA256.hash(data: Array(rpID.utf8))) + [flags] + Self.bigEndian(behaviour.signCount, 4)
        if withCredential {
            data += aaguid + Self.bigEndian(UInt32(truncatingIfNeeded: credentialID.count), 2) + credentialID
            data += try behaviour.coseKey ?? key.coseKey(claiming: behaviour.claimedAlgorithm)
        }
        return data + (behaviour.extensions ?? []) + behaviour.trailing
    }

    private func attest(
        _ data: [UInt8], _ client: [UInt8], _ behaviour: Behaviour
    ) throws -> (format: String, statement: [UInt8]) {
        switch behaviour.attestation {
        case .none: return ("none", CBOREncoding.map([]))
        case .selfSigned:
            let signature = try key.sign(data + Array(SHA256.hash(data: client)))
            let statement = CBOREncoding.members([
                ("alg", CBOREncoding.integer(key.algorithm)), ("sig", CBOREncoding.bytes(signature)),
            ])
            return ("packed", statement)
        case .statement(let format, let statement): return (format, statement)
        }
    }

    private static func bigEndian(_ value: UInt32, _ count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> UInt32($0 * 8)) }
    }
}
