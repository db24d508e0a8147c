package import Core

extension RiskReplayReport {
    /// The report for an operator, line by line. `name` says what a person is called.
    package func lines(days: Int, name: (AccountID) -> String) -> [String] {
        guard signIns > 0 else { return ["No sign-in was recorded in the last \(days) days."] }
        let people = personCount
        var lines = [
            "\(signIns) sign-ins of \(people.all) people in the last \(days) days.",
            "\(challenged) (\(share(challenged))) would have been challenged, of \(people.challenged) people, at "
                + "\(threshold) points.",
            "", "At other thresholds:",
        ]
        lines += [30, 40, 50, 60, 70, 80].map { "  \($0)  \(challenged(at: $0)) (\(share(challenged(at: $0))))" }
        lines += ["", "By reason, challenged of all:"]
        for reason in RiskReason.allCases {
            guard let count = reasons[reason] else { continue }
            lines.append("  \(reason.rawValue)  \(count.challenged) of \(count.all)")
        }
        guard !examples.isEmpty else { return lines }
        lines += ["", "The \(examples.count) with the most points:"]
        for example in examples {
            lines.append(
                "  \(example.at.iso8601)  \(name(example.account))  \(example.score.points): \(example.score.reasons)")
            let journey = example.journey.map { "; \($0)" } ?? ""
            lines.append("    \(example.ip ?? "no address"), \(example.device)\(journey)")
        }
        return lines
    }

    private func share(_ count: Int) -> String {
        let perMille = Int((Double(count) / Double(max(1, signIns)) * 1_000).rounded())
        return "\(perMille / 10).\(perMille % 10) %"
    }
}
