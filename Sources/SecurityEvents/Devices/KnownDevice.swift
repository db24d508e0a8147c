package import Core
import Storage

/// A device as its owner or the operator sees it.
package struct KnownDevice: Sendable, Hashable {
    /// "Chrome on Windows".
    package let name: String
    package let firstSeenAt: Timestamp
    package let lastSeenAt: Timestamp
    /// Whether a sign-in from it is nothing new.
    package let isTrusted: Bool

    init(_ row: Row) throws {
        name = try row.get("name")
        firstSeenAt = try row.get("first_seen_at")
        lastSeenAt = try row.get("last_seen_at")
        isTrusted = try row.get("is_trusted")
    }
}
