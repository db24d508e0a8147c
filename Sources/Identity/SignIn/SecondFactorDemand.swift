package import Accounts
package import Core
package import Credentials

/// What a sign-in with the right password still needs: the one decision, at the first step and after the second.
package enum SecondFactorDemand: Sendable, Hashable {
    /// Nothing. `enrolBy` is when a second factor must be set up, for somebody who must have one and has none.
    case nothing(enrolBy: Timestamp?)
    /// One of these.
    case factor([FactorKind])
    /// A code that is mailed, because the sign-in looks suspicious and there is no factor.
    case mailedCode
    /// To set up a first factor: the time in which it could be put off is over.
    case enrolment

    /// What there is to know.
    package struct Facts: Sendable, Hashable {
        package var role: Role
        package var factors: FactorSet
        /// The browser is one that is not asked for a while.
        package var isRemembered = false
        /// The sign-in looks suspicious: a remembered browser counts for nothing, and somebody without a factor gets a mail.
        package var isSuspicious = false
        package var sendsMail = false
        package var sendsSMS = false
        /// When the person was first told that they must have a factor.
        package var askedSince: Timestamp?

        package init(role: Role, factors: FactorSet) {
            self.role = role
            self.factors = factors
        }
    }

    /// Decides. After the second step the same question is asked of what is still missing (`hasProvenFactor`).
    package static func decide(
        _ facts: Facts, hasProvenFactor: Bool, at now: Timestamp, _ policy: MFAPolicy
    ) -> SecondFactorDemand {
        if !hasProvenFactor {
            if policy.isEnabled, !facts.factors.isEmpty {
                if !facts.isRemembered || facts.isSuspicious {
                    return .factor(facts.factors.methods(sendsSMS: facts.sendsSMS))
                }
            } else if facts.isSuspicious, facts.sendsMail {
                return .mailedCode
            }
        }
        guard policy.requires(facts.role), !facts.factors.suffices(for: facts.role) else {
            return .nothing(enrolBy: nil)
        }
        let deadline = (facts.askedSince ?? now) + policy.grace
        return now < deadline ? .nothing(enrolBy: deadline) : .enrolment
    }
}
