package import AsyncHTTPClient
import Core
import Foundation

/// Sends messages through Twilio's Messages resource (API version 2010-04-01), or a service that speaks like it.
///
/// Twilio knows no key against repetition, so a message whose answer was lost may arrive twice.
package struct TwilioTransport: SMSTransport {
    private let exchange: BoundedExchange
    private let baseURL: String
    private let account: TwilioAccount

    /// Asks `baseURL`, such as `https://api.twilio.com`, which may end in a slash. The answer must be there within `timeLimit`.
    /// `client` must follow no redirects: they would carry the token somewhere else.
    package init(
        client: HTTPClient, baseURL: String, account: TwilioAccount, timeLimit: Duration = .seconds(10)
    ) {
        exchange = BoundedExchange(client: client, timeLimit: timeLimit)
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        self.account = account
    }

    /// Twilio accepts a message with 201. What it refuses with 4xx it will refuse again, but for 429, which asks to come back.
    package func send(_ message: SMSMessage) async throws {
        let credentials = Data("\(account.identifier):\(account.token.exposed)".utf8).base64EncodedString()
        let sender = account.isMessagingService ? "MessagingServiceSid" : "From"
        let form = [("To", message.to.text), (sender, account.sender), ("Body", message.body)]
        let answer: BoundedExchange.Answer
        do {
            answer = try await exchange.post(
                Array(FormEncoding.encode(form).utf8),
                to: "\(baseURL)/2010-04-01/Accounts/\(account.identifier)/Messages.json",
                headers: [
                    ("Authorization", "Basic \(credentials)"), ("Accept", "application/json"),
                    ("Content-Type", "application/x-www-form-urlencoded"),
                ])
        } catch {
            throw DeliveryFailure.temporary("Twilio: \(error.reason)")
        }
        switch answer.status {
        case 201: return
        case 429: throw DeliveryFailure.temporary("Twilio asks to slow down (429)")
        case 400..<500: throw DeliveryFailure.permanent(Self.refusal(answer))
        default: throw DeliveryFailure.temporary("Twilio answered \(answer.status)")
        }
    }

    /// Twilio's code alone: its sentence holds the number.
    private static func refusal(_ answer: BoundedExchange.Answer) -> String {
        struct Body: Decodable {
            let code: Int
        }
        let code = try? JSONDecoder().decode(Body.self, from: Data(answer.body)).code
        return "Twilio refused the message (\(answer.status)\(code.map { ", error \($0)" } ?? ""))"
    }
}
