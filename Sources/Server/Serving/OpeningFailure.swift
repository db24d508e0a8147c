import Accounts
import Foundation
import Identity
import Storage

/// Says to an operator why the program cannot start on its data.
package enum OpeningFailure {
    /// What happened and what to do.
    package static func explanation(of error: any Error) -> String {
        switch error {
        case let failure as ConfigurationFailure: return failure.description
        case KeyRing.Failure.wrappedUnderUnknownSecret:
            return """
                This database was sealed under another JWT_SECRET. Put the old value into JWT_SECRET_PREVIOUS and start \
                again: the keys are then wrapped anew, and nobody has to change a password. Without the old value no stored \
                password can be checked.
                """
        case StorageError.unavailable(let reason): return "The database cannot be reached: \(reason)"
        case StorageError.migrationRefused(let reason): return reason
        default: return "Cannot start: \(error)"
        }
    }
}

/// The environment of the process: read here and nowhere else.
package enum ServerEnvironment {
    /// Every variable.
    package static var variables: [String: String] { ProcessInfo.processInfo.environment }
}
