import Core

/// Why a message was not accepted, for the operator: without a password or token, the message's text, and the recipient's
/// address.
package enum DeliveryFailure: Error, Hashable {
    /// Worth another try: the other side is away, busy or misconfigured, or so are we.
    case temporary(String)
    /// The other side refuses this recipient or this message, and will again.
    case permanent(String)
    /// Given up before anybody was asked: it has run out, cannot be read, or leads where we do not go. Says nothing about the other side.
    case unsent(String)

    /// Nobody is asked to carry what was of use until `moment` only.
    static func ranOut(at moment: Timestamp) -> DeliveryFailure {
        .unsent("it was of use until \(moment.iso8601) only")
    }
}
