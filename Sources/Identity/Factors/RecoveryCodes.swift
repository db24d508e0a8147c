package import Accounts
import Core
import Credentials
import Guarding
package import SecurityEvents
package import Sessions
import Storage

/// The ten codes for the day on which every other factor is lost.
package struct RecoveryCodes: Sendable {
    private let database: any Database
    private let world: World
    private let sealing: FactorSealing
    private let recorder: EventRecorder
    private let notices: Notices
    private let management: FactorManagement

    init(
        database: any Database, world: World, sealing: FactorSealing, recorder: EventRecorder, notices: Notices,
        management: FactorManagement
    ) {
        self.database = database
        self.world = world
        self.sealing = sealing
        self.recorder = recorder
        self.notices = notices
        self.management = management
    }

    /// What became of the wish for new ones.
    package enum Outcome: Sendable {
        /// Shown once and never again.
        case made([String])
        case refused(FactorRefusal)
    }

    /// Makes ten new codes for the person behind `scope`; the ones before are dead.
    package func regenerate(
        _ scope: Scope, _ proof: FreshReauthentication, from source: RequestSource
    ) async throws -> Outcome {
        return try await database.transaction { sql in
            switch try management.begin(scope, proof, in: sql) {
            case .failure(let refused): return .refused(refused.reason)
            case .success(let standing):
                guard !standing.factors.isEmpty else { return .refused(.notFound) }
                let codes = try make(for: standing.account.id, in: sql)
                let event = Event(
                    .recoveryCodesRegenerated, in: world, user: standing.account.id, session: scope.sessionID,
                    from: source)
                try recorder.record(event, in: sql)
                try notices.post(
                    .factorAdded, to: standing.account, about: event, values: ["factor": "New recovery codes"], in: sql)
                return .made(codes)
            }
        }
    }

    /// Replaces the codes of `account`.
    func make(for account: AccountID, in sql: any SQLSession) throws -> [String] {
        let now = world.now()
        let codes = (0..<RecoveryCode.count).map { _ in RecoveryCode.make(in: world) }
        try sql.run("DELETE FROM mfa_recovery_code WHERE account_id = \(account)")
        let rows = try codes.map { code -> SQL in
            let hash = try sealing.hash(of: RecoveryCode.canonical(code) ?? [], account)
            return "(\(account), \(hash), \(now))"
        }
        try sql.run(
            "INSERT INTO mfa_recovery_code (account_id, code_hash, created_at) VALUES \(rows.joined(separator: ", "))")
        return codes
    }

    /// Tells of a code that was used, and when few are left says so.
    func noteUse(_ attempt: FactorAttempt, in sql: any SQLSession) throws {
        let left = try FactorSet.of(attempt.account.id, in: sql).recoveryCodes
        let event = attempt.event(.recoveryCodeUsed, in: world, detail: ["codesLeft": String(left)])
        try recorder.record(event, in: sql)
        var values = ["codesLeft": String(left)]
        if left < RecoveryCode.few { values["few"] = "yes" }
        try notices.post(.recoveryCodeUsed, to: attempt.account, about: event, values: values, in: sql)
    }
}
