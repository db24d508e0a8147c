package import Accounts
package import Core
package import Storage

/// Cookies that only we can make, by which a browser in which somebody has signed in before is known again.
///
/// A cookie counts for one address, for a year, and for one epoch of the account: a thief's browser that has once signed in would
/// otherwise keep its own budget of guesses, and would never again be news to the owner.
package struct DeviceCookies: Sendable {
    /// How long a browser is known.
    package static let life: Duration = .days(365)

    private static let nonceLength = 16
    private static let dateLength = 8
    private static let codeLength = 32
    private let keys: [DerivedKey]
    private let world: World

    package init(secret: ServerSecret, world: World) {
        keys = secret.keys(for: .deviceCookies)
        self.world = world
    }

    /// What a new cookie tells its browser apart by.
    package func newNonce() -> [UInt8] { world.randomBytes(Self.nonceLength) }

    /// A cookie for a browser in which the owner of `address` has just signed in.
    package func cookie(for address: EmailAddress, epoch: Int64, nonce: [UInt8]) -> String {
        let date = world.now().milliseconds.bigEndianBytes
        let code = keys.first?.authenticationCode(for: Self.content(nonce, date, epoch, address.text)) ?? []
        return Base64URL.encode(nonce + date + code)
    }

    /// What tells the browser apart from others, if `cookie` was made for `identifier` in this epoch and is not too old. The same work
    /// whether or not there is such an account.
    package func nonce(of cookie: String, for identifier: String, epoch: Int64) -> [UInt8]? {
        let length = Self.nonceLength + Self.dateLength
        guard cookie.utf8.count <= 100, let bytes = Base64URL.decode(cookie), bytes.count == length + Self.codeLength
        else { return nil }
        let nonce = Array(bytes.prefix(Self.nonceLength))
        let date = Array(bytes.dropFirst(Self.nonceLength).prefix(Self.dateLength))
        let content = Self.content(nonce, date, epoch, identifier)
        guard keys.contains(where: { $0.isValid(bytes.dropFirst(length), for: content) }) else { return nil }
        let made = Int64(bigEndianBytes: date)
        // The difference of two moments that we made ourselves: the code was checked first.
        return world.now().milliseconds - made < Self.life.milliseconds ? nonce : nil
    }

    /// What `cookie` says the browser is, true or not: enough to look it up, and nothing to believe before ``nonce(of:for:epoch:)``.
    package static func claimedNonce(of cookie: String) -> [UInt8]? {
        guard cookie.utf8.count <= 100, let bytes = Base64URL.decode(cookie) else { return nil }
        return Array(bytes.prefix(nonceLength))
    }

    private static func content(_ nonce: [UInt8], _ date: [UInt8], _ epoch: Int64, _ identifier: String) -> [UInt8] {
        nonce + date + epoch.bigEndianBytes + Array(identifier.utf8)
    }

    /// Makes every cookie of the account worthless, in the transaction of what makes them suspect.
    package static func forgetAll(of account: AccountID, in sql: any SQLSession) throws {
        try sql.run("UPDATE account SET device_epoch = device_epoch + 1 WHERE id = \(account)")
    }
}
