package import SecurityEvents

extension KeyRing {
    /// The keys that seal the security log.
    package var auditKeys: AuditKeys {
        AuditKeys(
            active: { [self] in active(.auditSealing).map { AuditKey(id: $0.id, key: $0.symmetricKey) } },
            named: { [self] id in key(id, .auditSealing).map { AuditKey(id: $0.id, key: $0.symmetricKey) } })
    }
}
