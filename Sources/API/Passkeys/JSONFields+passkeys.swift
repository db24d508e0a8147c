import Accounts
import Core
import Credentials
import Identity
import Web

/// Reads what a browser's `PublicKeyCredential.toJSON()` gives (WebAuthn Level 3 §5.1.8, §5.1.9). Members that are not needed are let be: browsers
/// add some with every version.
extension JSONFields {
    /// An answer of `navigator.credentials.create()`.
    mutating func registration(_ name: String) -> RegistrationResponse? {
        guard let (credential, response) = publicKeyCredential(name) else { return nil }
        guard let clientData = bytes(response, "clientDataJSON", upTo: 16_384, name),
            let attestation = bytes(response, "attestationObject", upTo: 131_072, name)
        else { return nil }
        var transports: [String] = []
        if case .array(let items) = response["transports"] {
            for case .string(let transport) in items.prefix(16) { transports.append(transport) }
        }
        var attachment: String?
        if case .string(let text) = credential["authenticatorAttachment"] { attachment = text }
        return RegistrationResponse(
            clientDataJSON: clientData, attestationObject: attestation, transports: transports, attachment: attachment)
    }

    /// An answer of `navigator.credentials.get()`.
    mutating func assertion(_ name: String) -> AssertionResponse? {
        guard let (credential, response) = publicKeyCredential(name) else { return nil }
        guard let id = bytes(credential, "id", upTo: 2048, name),
            let clientData = bytes(response, "clientDataJSON", upTo: 16_384, name),
            let authenticatorData = bytes(response, "authenticatorData", upTo: 65_536, name),
            let signature = bytes(response, "signature", upTo: 4096, name)
        else { return nil }
        var handle: [UInt8]?
        if case .string(let text) = response["userHandle"], !text.isEmpty { handle = Base64URL.decode(text) ?? [] }
        return AssertionResponse(
            credentialID: id, clientDataJSON: clientData, authenticatorData: authenticatorData, signature: signature,
            userHandle: handle)
    }

    /// A name for a passkey.
    mutating func passkeyName(required: Bool) -> String? {
        guard let text = required ? string("name", upTo: 400) : optionalString("name", upTo: 400) else { return nil }
        switch PersonName.flaw(in: text) {
        case nil: return text
        case .blank:
            if required { refuse("name", "required", "This field is required.") }
        case .tooLong: refuse("name", "too_long", "At most 100 characters.")
        case .controlCharacter:
            refuse("name", "invalid_characters", "Leave out line breaks and other control characters.")
        }
        return nil
    }

    private mutating func publicKeyCredential(
        _ name: String
    ) -> (credential: [String: JSONValue], response: [String: JSONValue])? {
        switch value(name) {
        case .object(let credential):
            if case .object(let response) = credential["response"] { return (credential, response) }
            refuse(name, "invalid_credential", "This must be what PublicKeyCredential.toJSON() gives.")
        case nil, .null: refuse(name, "required", "This field is required.")
        default: refuse(name, "wrong_type", "This must be an object.")
        }
        return nil
    }

    private mutating func bytes(
        _ members: [String: JSONValue], _ member: String, upTo limit: Int, _ name: String
    ) -> [UInt8]? {
        if case .string(let text) = members[member], text.utf8.count <= limit, let bytes = Base64URL.decode(text) {
            return bytes
        }
        refuse(name, "invalid_credential", "Its \(member) must be base64url.")
        return nil
    }
}
