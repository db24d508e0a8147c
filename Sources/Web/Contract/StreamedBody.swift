/// A body that is not JSON and may be long: which it may be, and how long.
package struct StreamedBody: Sendable, Hashable {
    /// The media types, in lower case and without parameters.
    package let mediaTypes: [String]
    /// The most bytes that are read.
    package let limit: Int
    /// How many bytes of it must come in a second, on average and after the time that every body has: a file may take longer than that, a
    /// sender of a byte now and then may not.
    package static let slowest = 32 * 1024
}
