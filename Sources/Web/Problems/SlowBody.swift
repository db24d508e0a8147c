/// A body that was not there in time: 408 `request_timeout`.
package struct SlowBody: Error, Sendable {}
