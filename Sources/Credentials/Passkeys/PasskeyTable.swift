package import Core
package import Storage

/// The SQL of passkeys that more than one behaviour needs.
package enum PasskeyTable {
    /// The columns that make a ``Passkey``.
    package static let columns: SQL = """
        passkey.id AS passkey_id, passkey.account_id, credential_id, algorithm, public_key, sign_count, aaguid, attachment,
        transports, backup_eligible, backed_up, passkey.name, passkey.created_at AS passkey_created_at, last_used_at
        """

    /// The passkeys of `account`, the oldest first.
    package static func all(of account: AccountID, in sql: any SQLSession) throws -> [Passkey] {
        try sql.rows(selectAll(of: account)).map(Passkey.init)
    }

    /// The statement behind ``all(of:in:)``.
    package static func selectAll(of account: AccountID) -> SQL {
        "SELECT \(columns) FROM passkey WHERE account_id = \(account) ORDER BY passkey.id"
    }

    /// Writes one; `false` when somebody has the credential already.
    package static func insert(_ passkey: Passkey, in sql: any SQLSession) throws -> Bool {
        try sql.changes(
            """
            INSERT INTO passkey
                (id, account_id, credential_id, algorithm, public_key, sign_count, aaguid, attachment, transports,
                 backup_eligible, backed_up, name, created_at)
            VALUES
                (\(passkey.id), \(passkey.accountID), \(passkey.credentialID), \(passkey.key.algorithm),
                 \(passkey.key.bytes), \(passkey.signCount), \(passkey.aaguid), \(passkey.attachment.rawValue),
                 \(passkey.transports.joined(separator: " ")), \(passkey.isBackupEligible), \(passkey.isBackedUp),
                 \(passkey.name), \(passkey.createdAt))
            ON CONFLICT (credential_id) DO NOTHING
            """) == 1
    }
}

extension Passkey {
    /// Reads a row that has the columns of ``PasskeyTable``.
    package init(_ row: Row) throws {
        guard let attachment = AuthenticatorAttachment(rawValue: try row.get("attachment")) else {
            throw StorageError.unexpectedColumn("attachment")
        }
        let transports: String = try row.get("transports")
        self.init(
            id: try row.get("passkey_id"), accountID: try row.get("account_id"),
            credentialID: try row.get("credential_id"),
            key: CredentialKey(algorithm: try row.get("algorithm"), bytes: try row.get("public_key")),
            signCount: try row.get("sign_count"), aaguid: try row.get("aaguid"), attachment: attachment,
            transports: transports.split(separator: " ").map(String.init),
            isBackupEligible: try row.get("backup_eligible"), isBackedUp: try row.get("backed_up"),
            name: try row.get("name"), createdAt: try row.get("passkey_created_at"),
            lastUsedAt: try row.optional("last_used_at"))
    }
}
