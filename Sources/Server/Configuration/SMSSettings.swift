import Core
import Delivery

/// Messages to phones.
package struct SMSSettings: Sendable {
    /// `TWILIO_API_URL`.
    let url: SMSURL
    /// `TWILIO_ACCOUNT_SID`, `TWILIO_AUTH_TOKEN` and `TWILIO_FROM`, when all of them are set.
    let account: TwilioAccount?

    /// Whether messages can be sent at all.
    package var isEnabled: Bool {
        switch url {
        case .directory: true
        case .service: account != nil
        }
    }

    init(_ reader: inout SettingsReader) {
        reader.section("SMS")
        let identifier = reader.text(
            "TWILIO_ACCOUNT_SID",
            "The account at Twilio that sends messages to phones: AC and 32 digits. Without it none is sent.")
        let token = reader.secret("TWILIO_AUTH_TOKEN", "The account's token.")
        let sender = reader.text(
            "TWILIO_FROM",
            "From whom messages come: a number such as +15005550006, a name, or a messaging service (MG…).")
        let standard = "https://api.twilio.com"
        let text =
            reader.text(
                "TWILIO_API_URL", default: standard,
                "Where Twilio, or a service that speaks like it, is asked; file:./data/sms writes files, for development."
            )
            ?? standard
        do {
            url = try SMSURL(text)
        } catch {
            url = .service(standard)
            reader.refuse("TWILIO_API_URL", error.description)
        }
        if case .directory = url {
            // Nobody is asked.
            account = nil
            return
        }
        guard identifier != nil || token != nil || sender != nil else {
            account = nil
            return
        }
        let missing = [
            ("TWILIO_ACCOUNT_SID", identifier == nil), ("TWILIO_AUTH_TOKEN", token == nil),
            ("TWILIO_FROM", sender == nil),
        ].filter(\.1).map(\.0)
        for name in missing { reader.refuse(name, "is needed too: messages go out with all three TWILIO_ variables.") }
        account = TwilioAccount(identifier: identifier ?? "", token: token ?? Secret(""), sender: sender ?? "")
        if missing.isEmpty, account == nil {
            reader.refuse(
                "TWILIO_ACCOUNT_SID",
                "and TWILIO_FROM must be as Twilio gives them: AC and 32 digits, and a number with its country code.")
        }
    }
}
