package import Core

/// Marks identifiers of clients.
package enum ClientEntity {}

/// The identity of one client of the brokerage.
package typealias ClientID = Identifier<ClientEntity>
