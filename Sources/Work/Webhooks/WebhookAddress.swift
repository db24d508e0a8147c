import Core
import FoundationEssentials

/// What an address of a webhook may look like. What its name leads to is judged each time that something is sent; here whoever types one in is told at once
/// what could never be.
enum WebhookAddress {
    static let longest = 2000

    /// Why nothing would ever be sent to `text`, in a sentence; `nil` for an address that may be tried.
    static func problem(with text: String, allowsPrivate: Bool) -> String? {
        guard let url = URL(string: text), let host = host(of: text), !host.isEmpty else {
            return "Give an address such as https://hooks.example.com/gatehouse."
        }
        guard url.user == nil, url.password == nil, url.fragment == nil else {
            return "Leave out the user name, the password and the part behind #."
        }
        if let port = url.port, !(1...65_535).contains(port) { return "There is no such port." }
        guard url.scheme == "https" || allowsPrivate && url.scheme == "http" else {
            return "The address must begin with https://."
        }
        if url.scheme == "http", let address = IPAddress(host), !address.isLoopback {
            return "The address must begin with https://, unless it is of this machine."
        }
        if allowsPrivate { return nil }
        return isPrivate(host) ? "The address leads into a private network." : nil
    }

    /// The name or number of the server, in lower case and without brackets; `nil` where there is none.
    static func host(of text: String) -> String? {
        guard let host = URL(string: text)?.host else { return nil }
        return (host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host).lowercased()
    }

    private static func isPrivate(_ host: String) -> Bool {
        if let address = IPAddress(host) { return !address.isPublic }
        let labels = host.split(separator: ".")
        // Resolvers read 2130706433, 0x7f000001 and 127.1 as IPv4 addresses; nobody writes a public one so.
        guard let last = labels.last, let first = last.utf8.first, !(48...57).contains(first) else { return true }
        return labels.count == 1 || ["localhost", "local", "internal", "lan", "home", "intranet"].contains(last)
    }
}
