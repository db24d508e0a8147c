/// Time and randomness, the two things a program cannot compute.
///
/// Everything that needs the clock or a random byte takes a `World`; nothing else may read them. A test hands in a
/// clock that it moves itself, so no test waits and every expiry can be met to the millisecond.
package struct World: Sendable {
    /// The present moment, in UTC.
    package var now: @Sendable () -> Timestamp
    /// `count` bytes from a cryptographically secure source (ASVS 11.5.1).
    package var randomBytes: @Sendable (_ count: Int) -> [UInt8]

    /// A world made of the two given sources.
    package init(
        now: @escaping @Sendable () -> Timestamp, randomBytes: @escaping @Sendable (_ count: Int) -> [UInt8]
    ) {
        self.now = now
        self.randomBytes = randomBytes
    }

    /// A fresh time-ordered identifier (UUID version 7, RFC 9562 §5.7): its first 48 bits are the present millisecond,
    /// so that rows created together lie together in an index.
    package func identifier<Entity>(_ type: Identifier<Entity>.Type = Identifier<Entity>.self) -> Identifier<Entity> {
        Identifier(at: now(), random: randomBytes(10))
    }
}
