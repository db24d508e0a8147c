#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A spot on the globe.
package struct Coordinates: Sendable, Hashable {
    /// Degrees north, -90 to 90.
    package let latitude: Double
    /// Degrees east, -180 to 180.
    package let longitude: Double

    /// The mean radius of the Earth (IUGG).
    private static let earthRadiusMiles = 3_958.7613

    /// A spot; `nil` when it is none: off the globe, or no number.
    package init?(latitude: Double, longitude: Double) {
        guard (-90...90).contains(latitude), (-180...180).contains(longitude) else { return nil }
        self.latitude = latitude
        self.longitude = longitude
    }

    /// The great-circle distance in miles, 0 to 12,437, by the haversine formula: exact for near spots as for opposite
    /// ones, and within half a per cent of the true ellipsoid.
    package func miles(to other: Coordinates) -> Double {
        let (here, there) = (latitude * .pi / 180, other.latitude * .pi / 180)
        let north = sin((there - here) / 2)
        let east = sin((other.longitude - longitude) * .pi / 360)
        let chord = north * north + cos(here) * cos(there) * east * east
        // Rounding can push the chord of opposite spots past 1, where the arc sine is no number.
        return 2 * Self.earthRadiusMiles * asin(min(1, max(0, chord)).squareRoot())
    }
}
