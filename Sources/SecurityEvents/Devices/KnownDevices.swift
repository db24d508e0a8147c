import Core
import Crypto
import Storage

/// The browsers that each person has signed in with.
///
/// A device is the nonce of its cookie together with its traits. The cookie is the identity: 128 random bits under our own
/// code, which nobody can guess. The traits notice one that was copied. What is kept of the nonce is a hash with the
/// account, so the table is of no use for making cookies and does not tell which two people share a browser.
enum KnownDevices {
    /// How many a person can have at most; the ones used longest ago are forgotten. A program that keeps no cookies is a
    /// new device with each sign-in, and must not fill the disk.
    static let mostOfOnePerson = 100
    /// A cookie lives for a year: what was not seen for longer cannot come back.
    static let memory: Duration = .days(400)

    /// What the table knows of the device of a sign-in.
    struct Record: Sendable, Hashable {
        /// Whether the cookie is there at all, with whatever traits.
        var knowsCookie = false
        /// Whether it is there with these traits, and trusted.
        var knowsDevice = false
        /// Whether the person has any device to compare with.
        var knowsPerson = false

        init() {}

        init(_ row: Row) throws {
            knowsCookie = try row.get("with_cookie") > 0
            knowsDevice = try row.get("with_traits") > 0
            knowsPerson = try row.get("trusted") > 0
        }

        /// The verdict on a device that presented `nonce`, or none.
        func verdict(nonce: [UInt8]?, isFirstSignIn: Bool) -> DeviceVerdict {
            if isFirstSignIn { return .first }
            guard nonce != nil else { return .unknown }
            if knowsDevice { return .recognised }
            return knowsCookie ? .mismatched : .adopted
        }
    }

    /// Columns of a `SELECT` from which ``Record`` is made.
    static func columns(of account: AccountID, nonce: [UInt8]?, _ traits: DeviceTraits) -> SQL {
        let ofPerson: SQL = "SELECT COUNT(*) FROM known_device WHERE account_id = \(account)"
        let trusted: SQL = "(\(ofPerson) AND is_trusted = 1) AS trusted"
        guard let nonce else { return "0 AS with_cookie, 0 AS with_traits, \(trusted)" }
        let withCookie: SQL = "\(ofPerson) AND device = \(pseudonym(nonce, of: account))"
        return """
            (\(withCookie)) AS with_cookie,
            (\(withCookie) AND traits = \(traits.stored) AND is_trusted = 1) AS with_traits, \(trusted)
            """
    }

    /// Keeps the device, which the person has just proven to be theirs.
    static func learn(
        _ nonce: [UInt8], _ traits: DeviceTraits, of account: AccountID, isKnown: Bool, at now: Timestamp,
        in sql: any SQLSession
    ) throws {
        let device = pseudonym(nonce, of: account)
        try sql.run(
            """
            INSERT INTO known_device (account_id, device, traits, name, first_seen_at, last_seen_at, is_trusted)
            VALUES (\(account), \(device), \(traits.stored), \(traits.name.description), \(now), \(now), 1)
            ON CONFLICT (account_id, device, traits)
            DO UPDATE SET last_seen_at = excluded.last_seen_at, is_trusted = 1
            """)
        if isKnown { return }
        try sql.run(
            """
            DELETE FROM known_device WHERE account_id = \(account) AND is_trusted = 1 AND last_seen_at < (
                SELECT last_seen_at FROM known_device WHERE account_id = \(account) AND is_trusted = 1
                ORDER BY last_seen_at DESC LIMIT 1 OFFSET \(mostOfOnePerson - 1))
            """)
    }

    /// Trusts none of a person's devices any more. Their rows stay, so that their cookies are not taken for older ones.
    static func distrust(_ account: AccountID, in sql: any SQLSession) throws {
        try sql.run("UPDATE known_device SET is_trusted = 0 WHERE account_id = \(account) AND is_trusted = 1")
    }

    /// Forgets what cannot come back.
    static func prune(at now: Timestamp) -> SQL { "DELETE FROM known_device WHERE last_seen_at < \(now - memory)" }

    /// SHA-256 over account and nonce: the nonce has 128 random bits, so no key is needed to keep it from being guessed.
    private static func pseudonym(_ nonce: [UInt8], of account: AccountID) -> [UInt8] {
        Array(SHA256.hash(data: Array("known device".utf8) + account.bytes + nonce))
    }
}
