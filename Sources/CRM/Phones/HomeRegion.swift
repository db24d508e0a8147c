/// The country in which a number without a country code is meant: `HOME_REGION`.
///
/// Only what a search needs to know of a country: its code (ITU-T E.164) and the trunk prefix that its people dial before a number and that
/// falls away behind the code. Whether a number can exist in it is not looked at.
package struct HomeRegion: Sendable, Hashable {
    /// The two letters of ISO 3166-1.
    package let code: String
    /// Without the `+`.
    let countryCode: String
    /// Empty where there is none.
    let trunkPrefix: String

    /// Reads two letters, in capitals or not; `nil` for what is no region that has numbers of its own.
    package init?(_ code: String) {
        let code = code.uppercased()
        guard let plan = NumberingPlans.plan(ofRegion: code) else { return nil }
        self.init(code: code, plan)
    }

    private init(code: String, _ plan: NumberingPlans.Plan) {
        self.code = code
        countryCode = plan.countryCode
        trunkPrefix = plan.trunkPrefix
    }

    /// Where nothing else is said: the United States.
    package static let standard = HomeRegion(
        code: "US", NumberingPlans.Plan(countryCode: NumberingPlans.northAmerica, trunkPrefix: "1"))
}
