extension KeyedDecodingContainer {
    /// What a body says of a field: nothing of it, that it be empty (`null`), or its new value.
    package func change<Value: Decodable & Hashable & Sendable>(
        _ key: Key, of type: Value.Type = Value.self
    ) throws -> Change<Value> {
        guard contains(key) else { return .keep }
        return try decodeNil(forKey: key) ? .clear : .set(decode(type, forKey: key))
    }
}
