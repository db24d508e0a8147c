import Accounts
import Credentials
import TestSupport
import Testing

/// CBOR that is small to send and dear to build: each is put wherever CBOR is expected, and refused in no time.
@Suite struct `hostile CBOR from a browser` {
    private static let deep = 10_000

    static let items: [(String, [UInt8])] = [
        ("arrays in arrays", [UInt8](repeating: 0x81, count: deep) + [0]),
        ("maps in maps", [[UInt8]](repeating: [0xA1, 0x00], count: deep).flatMap(\.self) + [0]),
        ("tags of tags", [UInt8](repeating: 0xC1, count: deep) + [0]),
        ("endless arrays in endless arrays", [UInt8](repeating: 0x9F, count: deep)),
        ("an endless map", [0xBF, 0x61, 0x61, 0x01, 0xFF]),
        ("an endless text", [0x7F, 0x61, 0x61, 0xFF]),
        ("endless bytes", [0x5F, 0x41, 0x61, 0xFF]),
        ("an end of nothing", [0xFF]),
        // Each claims more elements than there is memory for.
        ("an array of 2^27", CBOREncoding.head(4, 1 << 27)),
        ("an array of 2^34", CBOREncoding.head(4, 1 << 34) + [0, 0, 0]),
        ("an array of 2^60", CBOREncoding.head(4, 1 << 60)),
        ("an array of 2^63", CBOREncoding.head(4, 1 << 63)),
        ("an array of 2^64 - 1", CBOREncoding.head(4, .max)),
        ("a map of 2^33", CBOREncoding.head(5, 1 << 33) + [0, 0]),
        ("a map of 2^62", CBOREncoding.head(5, 1 << 62)),
        ("a map of 2^63", CBOREncoding.head(5, 1 << 63)),
        ("a map of 2^64 - 1", CBOREncoding.head(5, .max)),
        ("bytes of 2^40", CBOREncoding.head(2, 1 << 40)),
        ("bytes of 2^64 - 1", CBOREncoding.head(2, .max)),
        ("a text of 2^64 - 1", CBOREncoding.head(3, .max)),
        ("many arrays of many", [[UInt8]](repeating: CBOREncoding.head(4, 9_000), count: 15).flatMap(\.self)),
        ("a reserved head", [0x1C]), ("a text that is none", [0x61, 0xFF]), ("nothing", []),
    ]

    private let ceremony: WebAuthnCeremony

    init() throws { ceremony = try WebAuthnCeremony() }

    @Test(arguments: items.map(\.0))
    func `is refused wherever it stands`(name: String) throws {
        let item = try #require(Self.items.first { $0.0 == name }).1
        let whole = try ceremony.authenticator.create(
            challenge: ceremony.challenge, origin: WebAuthnCeremony.origin, rpID: WebAuthnCeremony.rpID)
        var objects = [item, whole.attestationObject + item]
        let parts: [(String, [UInt8])] = [
            ("fmt", CBOREncoding.text("none")), ("attStmt", CBOREncoding.map([])), ("authData", CBOREncoding.bytes([])),
        ]
        for part in parts {
            objects.append(CBOREncoding.members(parts.map { ($0.0, $0.0 == part.0 ? item : $0.1) }))
            objects.append(CBOREncoding.map(parts.map { ($0.0 == part.0 ? item : CBOREncoding.text($0.0), $0.1) }))
        }
        for object in objects where object != whole.attestationObject {
            var damaged = whole
            damaged.attestationObject = object
            #expect(ceremony.outcome(of: damaged) == nil)
        }
        // Inside a statement, a key and extensions.
        let member = CBOREncoding.members([("sig", item)])
        for format in ["packed", "fido-u2f", "none"] {
            #expect(throws: WebAuthnFailure.malformed) {
                try ceremony.register(.with { $0.attestation = .statement(format, member) })
            }
        }
        for key in [item, CBOREncoding.map([(CBOREncoding.integer(3), item)])] {
            #expect(throws: WebAuthnFailure.malformed) { try ceremony.register(.with { $0.coseKey = key }) }
        }
        for extensions in [item, member] {
            #expect(throws: WebAuthnFailure.malformed) { try ceremony.signIn(.with { $0.extensions = extensions }) }
        }
    }

    @Test func `of a member that is there twice, missing or one too many is refused`() throws {
        let whole = try ceremony.authenticator.create(
            challenge: ceremony.challenge, origin: WebAuthnCeremony.origin, rpID: WebAuthnCeremony.rpID)
        let format = ("fmt", CBOREncoding.text("none"))
        let statement = ("attStmt", CBOREncoding.map([]))
        // What follows the heads and keys of the honest object.
        let data = ("authData", Array(whole.attestationObject.dropFirst(28)))
        let honest = CBOREncoding.members([format, statement, data])
        #expect(honest == whole.attestationObject)
        for members in [
            [format, statement, data, format], [format, format, data], [format, data], [statement, data],
            [format, statement],
            [format, statement, data, ("more", CBOREncoding.map([]))], [],
        ] {
            var damaged = whole
            damaged.attestationObject = CBOREncoding.members(members)
            #expect(ceremony.outcome(of: damaged) == nil)
        }
    }

    @Test func `of more than 64 KiB is refused`() throws {
        let statement = CBOREncoding.members([("x", CBOREncoding.bytes(Array(repeating: 0, count: 70_000)))])
        #expect(throws: WebAuthnFailure.malformed) {
            try ceremony.register(.with { $0.attestation = .statement("other", statement) })
        }
        let small = CBOREncoding.members([("x", CBOREncoding.bytes(Array(repeating: 0, count: 60_000)))])
        #expect(
            try ceremony.register(.with { $0.attestation = .statement("other", small) }).attestationFormat == "other")
        let extensions = CBOREncoding.members([("x", CBOREncoding.bytes(Array(repeating: 0, count: 9_000)))])
        #expect(throws: WebAuthnFailure.malformed) { try ceremony.signIn(.with { $0.extensions = extensions }) }
    }
}
