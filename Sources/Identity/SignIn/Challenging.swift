import Credentials
import Storage

/// Asks somebody who has shown the password for more, in the transaction that has found out that more is due.
struct Challenging: Sendable {
    private let challenges: SignInChallenges
    private let sendCode: SendCode

    init(challenges: SignInChallenges, sendCode: SendCode) {
        self.challenges = challenges
        self.sendCode = sendCode
    }

    /// For one of the factors `methods`.
    func ask(_ proof: SignInProof, for methods: [FactorKind], in sql: any SQLSession) throws -> PendingChallenge {
        let token = try challenges.issue(.secondFactor, for: proof, in: sql)
        return PendingChallenge(token: token, life: MFAPolicy.challengeLife, methods: methods)
    }

    /// For a code that is mailed.
    func askByMail(_ proof: SignInProof, in sql: any SQLSession) throws -> PendingChallenge {
        let pending = try ask(proof, for: [.email], in: sql)
        try sendCode.mail(to: proof.account, for: pending, from: proof.source, in: sql)
        return pending
    }

    /// For a first factor to be set up.
    func askToEnrol(_ proof: SignInProof, in sql: any SQLSession) throws -> PendingChallenge {
        let token = try challenges.issue(.enrolment, for: proof, in: sql)
        return PendingChallenge(token: token, life: MFAPolicy.enrolmentLife, methods: [.totp])
    }
}

/// How people can be reached: `MAIL_URL`, `TWILIO_…`.
struct MessageChannels: Sendable, Hashable {
    let mail: Bool
    let sms: Bool
}
