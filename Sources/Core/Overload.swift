/// A refusal because too much is under way at this moment: the same request may succeed in a second.
package protocol Overload: Error, Sendable {}
