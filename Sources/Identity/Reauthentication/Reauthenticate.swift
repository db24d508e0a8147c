package import Core
package import SecurityEvents
import Storage

/// Proves again that the person behind a session is its owner: the step up before a sensitive action.
package struct Reauthenticate: Sendable {
    let gate: GateParts

    /// What became of it.
    package enum Outcome: Sendable {
        /// `auth_time` is now; the refresh token stays the present one.
        case renewed(SessionGrant)
        case invalidCredentials
        /// The code is not the right one.
        case invalidCode
        case locked(until: Timestamp)
        case busy
        /// The session ended meanwhile.
        case sessionRevoked
    }

    /// Checks the password of the person behind `scope`. Throws ``HashingPool/Full``.
    package func withPassword(
        _ scope: Scope, _ password: String, deviceCookie: String?, from source: RequestSource
    ) async throws -> Outcome {
        switch try await gate.currentPassword.check(
            scope, password, deviceCookie: deviceCookie, step: "reauthentication", from: source)
        {
        case .right: return try await renew(scope, by: .password, from: source)
        case .wrong: return .invalidCredentials
        case .locked(let until): return .locked(until: until)
        case .busy: return .busy
        case .sessionRevoked: return .sessionRevoked
        }
    }

    /// Checks a code of the person behind `scope`: of an authenticator app, or a recovery code. While the factors are locked no code is looked
    /// at here; a sign-in can open the lock.
    package func withCode(
        _ scope: Scope, _ kind: FactorKind, _ code: String, from source: RequestSource
    ) async throws -> Outcome {
        let gate = gate
        let refusal = try await gate.database.transaction { sql -> Outcome? in
            try FactorGuard.prepare(scope.userID, in: sql)
            guard let found = try Found.person(scope, in: sql) else { return .sessionRevoked }
            let attempt = FactorAttempt(
                account: found.account, kind: kind, step: "reauthentication", source: source, session: scope.sessionID)
            let now = gate.world.now()
            if kind != .recoveryCode, let until = found.lock.lockedUntil, until > now {
                try FactorGuard(gate: gate).record(.locked(until: until), of: attempt, reason: "locked", in: sql)
                return .locked(until: until)
            }
            let check = CodeCheck(gate: gate)
            let finding =
                kind == .recoveryCode
                ? try check.recoveryCode(code, of: found.account.id, in: sql)
                : try check.totp(code, found.totp, of: found.account.id, in: sql)
            var (lock, streak) = (found.lock, 0)
            if finding.isRight { lock.open() }
            let judgement = lock.judge(isRight: finding.isRight, streak: &streak, at: now, gate.guardian.policy)
            try FactorGuard(gate: gate).write(lock, instead: found.lock, of: found.account.id, in: sql)
            if case .wrong(let reason) = finding {
                try FactorGuard(gate: gate).record(judgement, of: attempt, reason: reason, in: sql)
                return .invalidCode
            }
            if kind == .recoveryCode { try RecoveryCodes(gate: gate).noteUse(attempt, in: sql) }
            return nil
        }
        if let refusal { return refusal }
        return try await renew(scope, by: .factor(kind, method: kind.authenticationMethod), from: source)
    }

    /// Checks a passkey of the person behind `scope`.
    package func withPasskey(
        _ scope: Scope, _ response: AssertionResponse, from source: RequestSource
    ) async throws -> Outcome {
        let gate = gate
        let check = PasskeyCheck(gate: gate)
        let verdict = try await check.verify(
            response, for: .stepUp(scope.sessionID), requiresUserVerification: false)
        let refusal = try await gate.database.transaction { sql -> Outcome? in
            guard let account = try AccountTable.active(scope.userID, in: sql) else { return .sessionRevoked }
            let attempt = FactorAttempt(
                account: account, kind: .webauthn, step: "reauthentication", source: source, session: scope.sessionID)
            guard try check.use(verdict, of: account, attempt, in: sql) else { return .invalidCode }
            try FactorGuard(gate: gate).forgive(account.id, in: sql)
            return nil
        }
        if let refusal { return refusal }
        let method = verdict.passkey?.authenticationMethod ?? FactorKind.webauthn.authenticationMethod
        return try await renew(scope, by: .factor(.webauthn, method: method), from: source)
    }

    /// With what it was proven.
    private enum Means: Sendable {
        case password
        case factor(FactorKind, method: String)
    }

    private func renew(_ scope: Scope, by means: Means, from source: RequestSource) async throws -> Outcome {
        let gate = gate
        let now = gate.world.now()
        var event = Event(.reauthenticated, in: gate.world, user: scope.userID, session: scope.sessionID, from: source)
        if case .factor(let kind, _) = means { event.detail["factor"] = kind.rawValue }
        let told = event
        let row = try await gate.database.transaction { sql -> Row? in
            let changed = try sql.changes(
                """
                UPDATE session SET authenticated_at = \(now), last_active_at = \(now)
                WHERE id = \(scope.sessionID) AND user_id = \(scope.userID) AND revoked_at IS NULL
                """)
            guard changed == 1 else { return nil }
            if case .factor(_, let method) = means {
                try FactorChange(gate: gate).raise(scope.sessionID, by: method, in: sql)
            }
            try gate.recorder.record(told, in: sql)
            return try sql.row(SessionTable.selectWithAccount(scope.sessionID))
        }
        guard let row else { return .sessionRevoked }
        let session = try Session(row)
        return .renewed(try await gate.tickets.grant(session, of: try Account(row), lastActiveAt: now, now: now))
    }

    /// The person behind a scope with all that judging a code needs, the lock held until the end.
    private struct Found {
        let account: Account
        let lock: FactorLock
        let totp: FactorSealing.Sealed?

        static func person(_ scope: Scope, in sql: any SQLSession) throws -> Found? {
            let row = try sql.row(
                """
                SELECT \(AccountTable.columns(of: "account")), \(FactorGuard.columns), \(CodeCheck.columns)
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
