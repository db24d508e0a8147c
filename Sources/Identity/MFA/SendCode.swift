import Core
package import SecurityEvents
import Storage

/// Sends the code that a half-made sign-in is to be completed with.
package struct SendCode: Sendable {
    let gate: GateParts

    /// What became of the wish for an SMS.
    package enum Outcome: Sendable {
        /// On its way; the one before counts no more.
        case sent
        case challengeInvalid
        case refused(FactorRefusal)
    }

    /// Sends a code to the phone of whoever holds the challenge behind `token`.
    package func sms(_ token: String, from source: RequestSource) async throws -> Outcome {
        guard gate.textbox.isEnabled else { return .refused(.smsDisabled) }
        let gate = gate
        guard let phone = try await gate.database.read({ sql in try Phones.phone(behind: token, gate, in: sql) }) else {
            return .challengeInvalid
        }
        if let wait = try await Phones(gate: gate).excess(phone.number, phone.account) {
            return .refused(.tooMany(retryAfter: wait))
        }
        return try await gate.database.transaction { sql in
            guard let found = try SecondStep.Found.challenge(token, gate, in: sql) else { return .challengeInvalid }
            let code = try write(.sms, for: found.challenge.tokenHash, in: sql)
            try Phones(gate: gate).text(code, to: phone.number, found.account, source, in: sql)
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
        let event = Event(.riskySignIn, in: gate.world, user: account.id, from: source)
        try gate.notices.post(
            .signInCode, to: account, about: event, values: ["code": code, "minutes": minutes],
            expiry: event.at + MFAPolicy.challengeLife, in: sql)
    }

    /// Makes a code that counts for the challenge alone.
    private func write(_ kind: FactorKind, for tokenHash: [UInt8], in sql: any SQLSession) throws -> String {
        let code = OneTimeCode.make(in: gate.world)
        let hash = gate.sentCodes.hash(Array(code.utf8), boundTo: tokenHash)
        try sql.run(
            """
            UPDATE sign_in_challenge SET code_kind = \(kind.rawValue), code_hash = \(hash),
                code_expires_at = \(gate.world.now() + MFAPolicy.codeLife)
            WHERE token_hash = \(tokenHash)
            """)
        return code
    }
}
