/// A value that must not reach a log, an error or a screen: it prints as `<redacted>` however it is printed.
package struct Secret<Value: Sendable>: Sendable {
    /// The value itself. Spelt so that each use shows in a review.
    package let exposed: Value

    /// Hides `value`.
    package init(_ value: Value) {
        exposed = value
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<redacted>" }
    package var debugDescription: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension Secret: Equatable where Value: Equatable {}
