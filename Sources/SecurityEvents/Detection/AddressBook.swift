import Core

/// Everything that can be looked up about an address without the database of the program: in memory, in microseconds.
package struct AddressBook: Sendable {
    package let places: PlaceDatabase
    package let networks: NetworkDatabase
    package let listed: ListedNetworks

    package init(places: PlaceDatabase, networks: NetworkDatabase, listed: ListedNetworks) {
        self.places = places
        self.networks = networks
        self.listed = listed
    }

    /// Where a sign-in from `ip` was, if that is to be compared with others at all.
    func place(of ip: IPAddress?, at moment: Timestamp, _ policy: GeoPolicy) -> FormerPlace? {
        guard let ip, !policy.trusts(ip) else { return nil }
        return FormerPlace(places.place(of: ip), ip, at: moment)
    }

    /// The network of `ip`, when it is suspect. A trusted network never is.
    func suspectNetwork(of ip: IPAddress?, _ policy: GeoPolicy) -> Network? {
        guard let ip, !policy.trusts(ip), let network = networks.network(of: ip), listed.contains(network) else {
            return nil
        }
        return network
    }
}
