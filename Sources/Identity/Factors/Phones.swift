package import Accounts
package import Core
import Credentials
import Crypto
import Guarding
package import SecurityEvents
package import Sessions
import Storage

/// Codes by SMS: the weaker fallback, for whoever has nothing better. Never the only factor of an owner or admin (ASVS 6.6.1: a number can be
/// taken over).
package struct Phones: Sendable {
    private let database: any Database
    private let management: FactorManagement
    private let numbers: PhoneNumbers
    private let texts: TextedCodes
    private let factorGuard: FactorGuard
    private let change: FactorChange
    private let recoveryCodes: RecoveryCodes

    init(
        database: any Database, management: FactorManagement, numbers: PhoneNumbers, texts: TextedCodes,
        factorGuard: FactorGuard, change: FactorChange, recoveryCodes: RecoveryCodes
    ) {
        self.database = database
        self.management = management
        self.numbers = numbers
        self.texts = texts
        self.factorGuard = factorGuard
        self.change = change
        self.recoveryCodes = recoveryCodes
    }

    /// What became of the wish to use a number.
    package enum Outcome: Sendable {
        /// A code is on its way to the number; nothing counts before it comes back.
        case codeSent
        case refused(FactorRefusal)
    }

    /// What became of the confirmation.
    package enum Confirmation: Sendable {
        /// Active. Recovery codes, shown once, for somebody who had none.
        case confirmed(recoveryCodes: [String])
        case refused(FactorRefusal)
    }

    /// Sends a code to `number`, which the person behind `scope` says is theirs.
    package func start(
        _ scope: Scope, _ number: PhoneNumber, _ proof: FreshReauthentication, from source: RequestSource
    ) async throws -> Outcome {
        guard texts.areEnabled else { return .refused(.smsDisabled) }
        if let wait = try await texts.excess(number, scope.userID) { return .refused(.tooMany(retryAfter: wait)) }
        return try await database.transaction { sql in
            let standing: FactorManagement.Standing
            switch try management.begin(scope, proof, in: sql) {
            case .failure(let refused): return .refused(refused.reason)
            case .success(let found): standing = found
            }
            guard !standing.factors.hasPhone else { return .refused(.exists) }
            var after = standing.factors
            after.hasPhone = true
            guard after.suffices(for: standing.account.role) else { return .refused(.strongerFactorNeeded) }
            let account = standing.account
            let code = texts.newCode()
            try numbers.write(number, awaiting: code, of: account.id, in: sql)
            try texts.send(code, to: number, account, source, in: sql)
            return .codeSent
        }
    }

    /// Makes the number active with the code that was sent to it. A wrong code uses the sent one up: a code that can be tried again and again
    /// is one that can be guessed.
    package func confirm(_ scope: Scope, code: String, from source: RequestSource) async throws -> Confirmation {
        let (outcome, ended) = try await database.transaction { sql -> (Confirmation, [SessionID]) in
            guard management.isEnabled else { return (.refused(.disabled), []) }
            guard let account = try AccountTable.active(scope.userID, in: sql),
                try SessionTable.isOpen(scope.sessionID, in: sql)
            else { return (.refused(.sessionRevoked), []) }
            switch try numbers.activate(account.id, code, in: sql) {
            case .notFound: return (.refused(.notFound), [])
            case .wrong:
                let attempt = FactorAttempt(
                    account: account, kind: .sms, step: "enrolment", source: source, session: scope.sessionID)
                try factorGuard.record(.wrong(locks: false), of: attempt, reason: "wrong_code", in: sql)
                return (.refused(.invalidCode), [])
            case .active: break
            }
            let ended = try change.follow(
                .init(
                    account: account, event: .mfaEnabled, factor: FactorKind.sms.rawValue, isAdded: true,
                    source: source, session: scope.sessionID), in: sql)
            try change.raise(scope.sessionID, by: FactorKind.sms.authenticationMethod, in: sql)
            let has = try FactorSet.of(account.id, in: sql).recoveryCodes > 0
            let codes = has ? [] : try recoveryCodes.make(for: account.id, in: sql)
            return (.confirmed(recoveryCodes: codes), ended)
        }
        change.committed(ended)
        return outcome
    }
}
