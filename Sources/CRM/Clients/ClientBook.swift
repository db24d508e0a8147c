package import Core
package import Storage

/// The brokerage's clients: the front of this feature, for the API, the pages and the command line alike.
///
/// Every verb takes the ``Scope`` on whose behalf it acts as its first argument and answers with an outcome of its own;
/// what it throws is a fault of the machine, never of the caller.
package struct ClientBook: Sendable {
    let database: any Database
    let world: World
    let cursors: CursorSealer
    let home: HomeRegion
    /// What other features keep about the clients.
    let dependents: [any ClientDependent]
    var searchBounds = SearchBounds()
    var filterBounds = FilterBounds()
    /// Told when something waits that is done in the background.
    package let backgroundWork = WorkSignal()

    /// The clients in `database`. `cursorKey` signs the cursors of the list, `home` is where numbers without a country code are meant; both
    /// must be the same on every node. `dependents` are told what becomes of the clients.
    package init(
        database: any Database, world: World, cursorKey: Secret<[UInt8]>, home: HomeRegion = .standard,
        dependents: [any ClientDependent] = []
    ) {
        self.database = database
        self.world = world
        self.home = home
        self.dependents = dependents
        cursors = CursorSealer(key: cursorKey)
    }
}
