import Core
import Foundation

/// Where a project of Sentry takes reports: `https://KEY@HOST/PROJECT`.
package struct SentryDSN: Sendable, Equatable {
    /// The address of the envelope endpoint, without the key.
    let endpoint: String
    /// The public key; it lets anybody write reports.
    let key: Secret<String>

    /// `nil` for a text that is no DSN.
    package init?(_ text: String) {
        guard let url = URL(string: text), let scheme = url.scheme, ["http", "https"].contains(scheme),
            let key = url.user, url.password == nil, url.query == nil, url.fragment == nil,
            !key.isEmpty, key.utf8.count <= 64, key.utf8.allSatisfy(Self.isWordCharacter), let host = url.host,
            !host.isEmpty,
            UInt16(exactly: url.port ?? 443) != nil
        else { return nil }
        var path = url.path.split(separator: "/")
        guard let project = path.popLast(), project.utf8.allSatisfy({ (48...57).contains($0) }),
            path.allSatisfy({ $0.utf8.allSatisfy(Self.isWordCharacter) })
        else { return nil }
        let prefix = path.map { "/\($0)" }.joined()
        endpoint = "\(scheme)://\(host)\(url.port.map { ":\($0)" } ?? "")\(prefix)/api/\(project)/envelope/"
        self.key = Secret(key)
        guard GuardedPost.isAddress(endpoint) else { return nil }
    }

    private static func isWordCharacter(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (97...122).contains(byte | 32) || byte == 0x2D || byte == 0x5F
    }
}
