/// How much of a vCard file is believed: what is over a bound becomes a problem and never memory.
package struct VCardOptions: Sendable, Hashable {
    /// A property of more bytes is left out. Pictures and keys are never kept, however long.
    package var longestProperty = 512 * 1024
    /// A card of more bytes is refused; pictures do not count.
    package var longestCard = 1024 * 1024
    /// A card of more properties is refused.
    package var mostProperties = 2000
    /// A card inside of a card inside of a card … is refused beyond this depth.
    package var deepestNesting = 4

    package init() {}
}
