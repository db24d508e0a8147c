import Accounts
import Core
import Storage

/// Who can be made responsible for something: active people of the brokerage. A lender is none of them.
enum ActiveAgents {
    /// Those of `named` who are. They are held until the transaction ends: whoever leaves at this moment does so before, or after and with what
    /// they were just given.
    static func held(among named: Set<AccountID>, in session: any SQLSession) throws -> Set<AccountID> {
        guard !named.isEmpty else { return [] }
        let list = named.sorted().map { "\($0)" as SQL }.joined(separator: ", ")
        let rows = try session.rows(
            """
            SELECT id FROM account WHERE id IN (\(list)) AND status = 'active' AND role <> \(Role.lender.rawValue)
            ORDER BY id \(.forShare)
            """)
        return Set(try rows.map { try $0.get("id") })
    }
}
