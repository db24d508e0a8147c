import Core
import Credentials
import Delivery
import Identity

/// The life of accounts: mail, recovery, the history of passwords, sessions side by side.
package struct AccountSettings: Sendable {
    /// `MAIL_URL`, if it is set.
    let mailURL: MailURL?
    /// `MAIL_FROM`.
    let mailFrom: MailSender?
    let signIn: SignInPolicy
    let passwordHistory: Int
    /// `PASSWORD_POLICY`.
    let passwordRules: PasswordRules
    let checksBreachedPasswords: Bool
    let breachServiceURL: String
    let breachFilterPath: String
    let placesPath: String?

    /// `PASSWORD_POLICY`: whose rules new passwords keep.
    package enum PasswordRules: String, Sendable, CaseIterable {
        /// Those of the variables above: kinds of characters and a length.
        case composition
        /// NIST SP 800-63B-4: 15 characters, no kinds, no passwords that attackers try first.
        case nist
    }

    init(_ reader: inout SettingsReader, dataDirectory: String) {
        reader.section("Mail")
        let mail = reader.secret(
            "MAIL_URL",
            "Where mail goes: smtp://user:password@host:587 (STARTTLS), smtps://user:password@host:465, or file:./data/mail. "
                + "Without it no mail is sent, and nobody can recover a password by themselves.")
        do {
            mailURL = try mail.map { secret throws(MailURL.Problem) in try MailURL(secret.exposed) }
        } catch {
            mailURL = nil
            reader.refuse("MAIL_URL", error.description)
        }
        let sender = reader.text(
            "MAIL_FROM",
            "Who mail is from, such as Gatehouse <crm@example.com>; by default no-reply at the host of PUBLIC_URL.")
        mailFrom = sender.flatMap { MailSender($0) }
        if sender != nil, mailFrom == nil {
            reader.refuse("MAIL_FROM", "must be an address such as crm@example.com, or a name and one in < and >.")
        }
        reader.section("Accounts")
        var policy = SignInPolicy()
        policy.requiresVerifiedEmail = reader.flag(
            "REQUIRE_EMAIL_VERIFICATION", default: mail != nil,
            "Whether an address has to be proven before signing in; true as soon as MAIL_URL is set.")
        policy.notifiesNewDevices = reader.flag(
            "ENABLE_EMAIL_LOGIN_NOTIFICATIONS", default: true, "Mail about a sign-in from a new device.")
        policy.maximumSessions = reader.integer(
            "MAX_SESSIONS_PER_USER", default: 0, in: 0...1000,
            "How many sessions one person may have open; the oldest ends. 0 for any number.")
        reader.section("Passwords")
        let days = reader.integer(
            "PASSWORD_EXPIRY_DAYS", default: 0, in: 0...3650,
            "After so many days a password must be replaced; 0 for never, which NIST asks for.")
        policy.passwordLife = days == 0 ? nil : .days(days)
        signIn = policy
        passwordHistory = reader.integer(
            "PASSWORD_HISTORY", default: 3, in: 0...24,
            "How many of the last passwords, the present one included, may not come back.")
        passwordRules = reader.choice(
            "PASSWORD_POLICY", default: .composition,
            "Whose rules new passwords keep: those of the variables here, or NIST's (15 characters, no kinds).")
        checksBreachedPasswords = reader.flag(
            "CHECK_BREACHED_PASSWORDS", default: false,
            "Whether new passwords are looked up in lists of stolen ones: in the local filter if there is one, else by the service."
        )
        breachServiceURL =
            reader.text(
                "HIBP_API_URL", default: "https://api.pwnedpasswords.com",
                "The service that is asked; only the first five digits of a hash are sent.") ?? ""
        breachFilterPath =
            reader.text(
                "BREACHED_PASSWORDS_FILE", default: "\(dataDirectory)/breached.filter",
                "The local filter, made by gatehouse breached import.") ?? ""
        reader.section("Places")
        placesPath = reader.text(
            "GEOIP_DATABASE_PATH",
            "A GeoLite2 or GeoIP2 City file (.mmdb), to show where sessions are; read again when it changes.")
        if days > 0, mail == nil {
            reader.refuse(
                "PASSWORD_EXPIRY_DAYS", "needs MAIL_URL: without mail nobody can replace a password that has expired.")
        }
        if signIn.requiresVerifiedEmail, mail == nil {
            reader.refuse("REQUIRE_EMAIL_VERIFICATION", "needs MAIL_URL: without mail no address can be proven.")
        }
    }

    /// The rules for new passwords, given those of the variables.
    func passwordPolicy(_ composed: PasswordPolicy) -> PasswordPolicy {
        guard passwordRules == .nist else { return composed }
        var policy = PasswordPolicy.nist
        policy.minimumLength = max(policy.minimumLength, composed.minimumLength)
        return policy
    }
}
