import CRM

extension Change {
    /// The value after the change.
    func over(_ current: Value?) -> Value? {
        switch self {
        case .keep: return current
        case .clear: return nil
        case .set(let value): return value
        }
    }
}
