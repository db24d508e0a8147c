import Core
import Delivery
import Foundation

/// The security log once it is written: how long it is kept, where its checkpoints and its events go.
package struct AuditSettings: Sendable {
    /// `AUDIT_ANCHOR`.
    enum Anchor: Sendable, Hashable {
        case file(String)
        case webhook(String)
    }

    /// `SECURITY_LOG_SINK`.
    enum Sink: Sendable, Hashable {
        /// A line of the program's own log for each event.
        case log
        case stdout
        case file(String)
        case syslog(host: String, port: Int, SyslogReceiver.Transport)
    }

    let retention: Duration
    let anchor: Anchor?
    let sink: Sink?

    init(_ reader: inout SettingsReader) {
        reader.section("Security events")
        retention = .days(
            reader.integer(
                "SECURITY_LOG_RETENTION_DAYS", default: 90, in: 1...3_650,
                "How long security events are kept; routine ones for a third of it."))
        let anchor = reader.secret(
            "AUDIT_ANCHOR",
            "Where each checkpoint of the security log is put besides: file:PATH, best on another machine's disk, or an https:// address it is posted to."
        )
        self.anchor = anchor.flatMap { Self.anchor($0.exposed) }
        if anchor != nil, self.anchor == nil {
            reader.refuse("AUDIT_ANCHOR", "must be file:PATH or an address such as https://example.com/anchor.")
        }
        let sink =
            reader.text(
                "SECURITY_LOG_SINK", default: "log",
                "Where security events are told besides: log (a line of the program's own log for each, without address and detail), "
                    + "none, stdout, file:PATH, syslog:HOST:PORT (UDP) or syslog+tcp:HOST:PORT.") ?? "log"
        self.sink = Self.sink(sink)
        if self.sink == nil, sink != "none" {
            reader.refuse(
                "SECURITY_LOG_SINK", "must be log, none, stdout, file:PATH, syslog:HOST:PORT or syslog+tcp:HOST:PORT.")
        }
    }

    private static func anchor(_ text: String) -> Anchor? {
        if let path = path(text) { return .file(path) }
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased(), let host = url.host, !host.isEmpty,
            scheme == "https" || scheme == "http"
        else { return nil }
        return .webhook(text)
    }

    private static func sink(_ text: String) -> Sink? {
        if text == "log" { return .log }
        if text == "stdout" { return .stdout }
        if let path = path(text) { return .file(path) }
        for (prefix, transport) in [("syslog:", SyslogReceiver.Transport.udp), ("syslog+tcp:", .tcp)]
        where text.hasPrefix(prefix) {
            let place = text.dropFirst(prefix.count)
            guard let colon = place.lastIndex(of: ":"), let port = Int(place[place.index(after: colon)...]),
                (1...65_535).contains(port)
            else { return nil }
            let host = place[..<colon].filter { $0 != "[" && $0 != "]" }
            return host.isEmpty ? nil : .syslog(host: host, port: port, transport)
        }
        return nil
    }

    private static func path(_ text: String) -> String? {
        guard text.hasPrefix("file:"), text.utf8.count > 5 else { return nil }
        return String(text.dropFirst(5))
    }
}
