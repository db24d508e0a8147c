package import AsyncHTTPClient
import Core
import Foundation
package import Logging

/// Where messages to phones go: the value of `TWILIO_API_URL`.
///
/// - `https://api.twilio.com`: to Twilio, or to a service that speaks like it. Without TLS only to this machine: the token
///   goes along with every message.
/// - `file:./data/sms`: each message becomes a file of that directory, for development.
package enum SMSURL: Sendable, Equatable {
    case service(String)
    case directory(path: String)

    /// What is wrong with the text, and what to do.
    package struct Problem: Error, Hashable, CustomStringConvertible {
        package let description: String
    }

    /// Reads the value of `TWILIO_API_URL`.
    package init(_ text: String) throws(Problem) {
        if text.hasPrefix("file:") {
            var path = text.dropFirst("file:".count)
            if path.hasPrefix("//") { path = path.dropFirst(2) }
            guard !path.isEmpty else { throw Problem(description: "must name a directory, as file:./data/sms does.") }
            self = .directory(path: String(path))
            return
        }
        guard let url = URL(string: text), let host = url.host, !host.isEmpty, UInt16(exactly: url.port ?? 443) != nil,
            url.user == nil, url.query == nil, url.fragment == nil
        else { throw Problem(description: "must be an address such as https://api.twilio.com, or file:./data/sms.") }
        let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        let isHere = bare == "localhost" || IPAddress(bare)?.isLoopback == true
        guard text.hasPrefix("https://") || (text.hasPrefix("http://") && isHere) else {
            throw Problem(description: "must start with https://: the token goes along with every message.")
        }
        self = .service(text)
    }

    /// What sends to it; `nil` for a service without an account.
    package func transport(
        client: HTTPClient, account: TwilioAccount?, log: Logger
    ) -> (any SMSTransport)? {
        switch self {
        case .directory(let path): SMSFileTransport(directory: path, log: log)
        case .service(let base):
            account.map { TwilioTransport(client: client, baseURL: base, account: $0) }
        }
    }
}
