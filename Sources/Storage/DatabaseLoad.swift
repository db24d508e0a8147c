/// How busy a driver is at one moment, for whoever watches over it.
package struct DatabaseLoad: Sendable, Hashable {
    /// How many connections there may be at once.
    package let size: Int
    /// How many of them are in use now. Several jobs that share a round trip use one.
    package let inUse: Int
    /// How many jobs wait for one, or for the next round trip that they can share.
    package let waiting: Int
    /// How many jobs were refused with ``StorageError/overloaded`` since the start.
    package let refused: Int

    package init(size: Int, inUse: Int, waiting: Int, refused: Int) {
        self.size = size
        self.inUse = inUse
        self.waiting = waiting
        self.refused = refused
    }
}
