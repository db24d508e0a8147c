import Accounts
import Core
import Credentials
package import SecurityEvents
import Storage

/// Sends the code that a half-made sign-in is to be completed with.
package struct SendCode: Sendable {
    private let database: any Database
    private let world: World
    private let challenges: SignInChallenges
    private let numbers: PhoneNumbers
    private let texts: TextedCodes
    private let sentCodes: SentCodes
    private let notices: Notices

    init(
        database: any Database, world: World, challenges: SignInChallenges, numbers: PhoneNumbers, texts: TextedCodes,
        sentCodes: SentCodes, notices: Notices
    ) {
        self.database = database
        self.world = world
        self.challenges = challenges
        self.numbers = numbers
        self.texts = texts
        self.sentCodes = sentCodes
        self.notices = notices
    }

    /// What became of the wish for an SMS.
    package enum Outcome: Sendable {
        /// On its way; the one before counts no more.
        case sent
        case challengeInvalid
        case refused(FactorRefusal)
    }

    /// Sends a code to the phone of whoever holds the challenge behind `token`.
    package func sms(_ token: String, from source: RequestSource) async throws -> Outcome {
        guard texts.areEnabled else { return .refused(.smsDisabled) }
        guard let phone = try await database.read({ sql in try numbers.phone(behind: token, challenges, in: sql) })
        else {
            return .challengeInvalid
        }
        if let wait = try await texts.excess(phone.number, phone.account) {
            return .refused(.tooMany(retryAfter: wait))
        }
        return try await database.transaction { sql in
            guard let found = try HeldChallenge.find(token, challenges, in: sql) else { return .challengeInvalid }
            let code = try write(.sms, for: found.challenge.tokenHash, in: sql)
            try texts.send(code, to: phone.number, found.account, source, in: sql)
            return .sent
        }
    }

    /// Mails a code for a sign-in that looked suspicious, in the transaction that asks for it.
    func mail(
        to account: Account, for pending: PendingChallenge, from source: RequestSource, in sql: any SQLSession
    ) throws {
        let code = try write(.email, for: SignInChallenges.hash(pending.token), in: sql)
        let minutes = String(MFAPolicy.challengeLife.milliseconds / 60_000)
        // Not recorded: the detection has told why.
        let event = Event(.riskySignIn, in: world, user: account.id, from: source)
        try notices.post(
            .signInCode, to: account, about: event, values: ["code": code, "minutes": minutes],
            expiry: event.at + MFAPolicy.challengeLife, in: sql)
    }

    /// Makes a code that counts for the challenge alone.
    private func write(_ kind: FactorKind, for tokenHash: [UInt8], in sql: any SQLSession) throws -> String {
        let code = OneTimeCode.make(in: world)
        let hash = sentCodes.hash(Array(code.utf8), boundTo: tokenHash)
        try sql.run(
            """
            UPDATE sign_in_challenge SET code_kind = \(kind.rawValue), code_hash = \(hash),
                code_expires_at = \(world.now() + MFAPolicy.codeLife)
            WHERE token_hash = \(tokenHash)
            """)
        return code
    }
}
