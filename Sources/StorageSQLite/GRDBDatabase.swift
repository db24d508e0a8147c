import class GRDB.Database

/// GRDB's word for one connection, told apart from our own `Database`.
typealias GRDBDatabase = GRDB.Database
