import Accounts
import Core
import Credentials
import Guarding
import SecurityEvents
import Sessions
import Storage

/// A step up with a code of an authenticator app, or a recovery code.
struct ReauthenticationByCode: Sendable {
    private let database: any Database
    private let world: World
    private let codes: CodeCheck
    private let factorGuard: FactorGuard
    private let recoveryCodes: RecoveryCodes

    init(
        database: any Database, world: World, codes: CodeCheck, factorGuard: FactorGuard, recoveryCodes: RecoveryCodes
    ) {
        self.database = database
        self.world = world
        self.codes = codes
        self.factorGuard = factorGuard
        self.recoveryCodes = recoveryCodes
    }

    /// Uses the code of the person behind `scope` up; what to answer when it does not count. While the factors are locked no code is looked
    /// at here; a sign-in can open the lock.
    func refusal(
        _ scope: Scope, _ kind: FactorKind, _ code: String, from source: RequestSource
    ) async throws -> Reauthenticate.Outcome? {
        return try await database.transaction { sql -> Reauthenticate.Outcome? in
            try FactorGuard.prepare(scope.userID, in: sql)
            guard let found = try Found.person(scope, in: sql) else { return .sessionRevoked }
            let attempt = FactorAttempt(
                account: found.account, kind: kind, step: "reauthentication", source: source, session: scope.sessionID)
            let now = world.now()
            if kind != .recoveryCode, let until = found.lock.lockedUntil, until > now {
                try factorGuard.record(.locked(until: until), of: attempt, reason: "locked", in: sql)
                return .locked(until: until)
            }
            let finding =
                kind == .recoveryCode
                ? try codes.recoveryCode(code, of: found.account.id, in: sql)
                : try codes.totp(code, found.totp, of: found.account.id, in: sql)
            var (lock, streak) = (found.lock, 0)
            if finding.isRight { lock.open() }
            let judgement = lock.judge(isRight: finding.isRight, streak: &streak, at: now, factorGuard.policy)
            try factorGuard.write(lock, instead: found.lock, of: found.account.id, in: sql)
            if case .wrong(let reason) = finding {
                try factorGuard.record(judgement, of: attempt, reason: reason, in: sql)
                return .invalidCode
            }
            if kind == .recoveryCode { try recoveryCodes.noteUse(attempt, in: sql) }
            return nil
        }
    }

    /// The person behind a scope with all that judging a code needs, the lock held until the end.
    private struct Found {
        let account: Account
        let lock: FactorLock
        let totp: FactorSealing.Sealed?

        static func person(_ scope: Scope, in sql: any SQLSession) throws -> Found? {
            let row = try sql.row(
                """
                SELECT \(AccountTable.columns(of: "account")), \(FactorGuard.columns), \(FactorSealing.totpColumns)
                FROM account
                JOIN mfa_account AS guard ON guard.account_id = account.id
                LEFT JOIN mfa_totp AS totp ON totp.account_id = account.id AND totp.confirmed_at IS NOT NULL
                WHERE account.id = \(scope.userID) AND account.status = 'active' \(.forUpdateOf("guard"))
                """)
            return try row.map {
                Found(
                    account: try Account($0), lock: try FactorLock($0),
                    totp: try FactorSealing.Sealed($0, "sealed_secret"))
            }
        }
    }
}
