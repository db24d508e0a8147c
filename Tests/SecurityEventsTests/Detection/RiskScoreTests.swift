import Core
import TestSupport
import Testing

@testable import SecurityEvents

@Suite struct `the risk score` {
    private static func signals(_ change: (inout RiskSignals) -> Void) -> RiskSignals {
        var signals = RiskSignals()
        change(&signals)
        return signals
    }

    private static func any(_ spoiler: Spoiler) -> (RiskSignals, RiskWeights) {
        let signals = signals {
            $0.isNewDevice = spoiler.number(below: 2) == 0
            $0.isFar = spoiler.number(below: 2) == 0
            $0.isImpossiblyFast = spoiler.number(below: 2) == 0
            $0.isListedNetwork = spoiler.number(below: 2) == 0
            $0.isUnusualHour = spoiler.number(below: 2) == 0
            $0.recentFailures = spoiler.number(below: 8) - 1
            $0.passwordIsBreached = spoiler.number(below: 2) == 0
        }
        var weights = RiskWeights()
        for reason in RiskReason.allCases { weights[reason] = spoiler.number(below: 101) }
        return (signals, weights)
    }

    @Test func `is what its reasons add up to, within a hundred`() {
        let spoiler = Spoiler()
        for _ in 0..<2_000 {
            let (signals, weights) = Self.any(spoiler)
            let score = RiskScore.evaluate(signals, weights: weights)
            #expect((0...100).contains(score.points))
            #expect(score.points == min(100, score.parts.reduce(0) { $0 + $1.points }))
            #expect(Set(score.parts.map(\.reason)).count == score.parts.count)
        }
    }

    @Test func `never falls when a weight rises or a reason comes in`() {
        let spoiler = Spoiler()
        for _ in 0..<2_000 {
            let (signals, weights) = Self.any(spoiler)
            let before = RiskScore.evaluate(signals, weights: weights).points
            let reason = RiskReason.allCases[spoiler.number(below: RiskReason.allCases.count)]
            var heavier = weights
            heavier[reason] += 1 + spoiler.number(below: 50)
            #expect(RiskScore.evaluate(signals, weights: heavier).points >= before)
            let worse = Self.signals {
                $0 = signals
                $0.isNewDevice = true
                $0.recentFailures += 1
                $0.isFar = true
            }
            #expect(RiskScore.evaluate(worse, weights: weights).points >= before)
        }
    }

    @Test func `lets one thing through and asks about two`() {
        let threshold = DetectionPolicy().challengeAt
        func points(_ change: (inout RiskSignals) -> Void) -> Int {
            RiskScore.evaluate(Self.signals(change), weights: RiskWeights()).points
        }
        #expect(points { $0.isNewDevice = true } < threshold)
        #expect(points { $0.isFar = true } < threshold)
        #expect(points { $0.recentFailures = 1_000 } < threshold)
        #expect(
            points {
                $0.isFar = true
                $0.isUnusualHour = true
            } < threshold, "a known laptop on a journey")
        #expect(
            points {
                $0.isNewDevice = true
                $0.isFar = true
            } >= threshold, "a new phone abroad")
        #expect(
            points {
                $0.isNewDevice = true
                $0.passwordIsBreached = true
            } >= threshold)
        #expect(points { _ in } == 0)
    }

    @Test func `names its reasons`() {
        let signals = Self.signals {
            $0.isNewDevice = true
            $0.recentFailures = 2
        }
        #expect(RiskScore.evaluate(signals, weights: RiskWeights()).reasons == "new_device 30, recent_failures 10")
    }
}

@Suite struct `the weights in a file` {
    @Test func `replace those that they name`() throws {
        let weights = try RiskWeights(text: "# ours\r\n new_device = 12 # low\n\n  distance=0\n")
        #expect(weights[.newDevice] == 12)
        #expect(weights[.distance] == 0)
        #expect(weights[.speed] == RiskWeights()[.speed])
        #expect(try RiskWeights(text: "") == RiskWeights())
    }

    @Test(arguments: [
        ("new_device", 1), ("\nnew_devise = 1", 2), ("speed = 101", 1), ("speed = -1", 1), ("speed = 1 2", 1),
        ("speed = 1 = 2", 1), ("= 3", 1), ("speed = 99999999999999999999", 1),
    ])
    func `are refused with the line that is none`(text: String, line: Int) {
        do {
            _ = try RiskWeights(text: text)
            Issue.record("accepted")
        } catch {
            #expect(error.line == line)
        }
    }
}

@Suite struct `the hours of a person` {
    private static func moment(_ hour: Int, day: Int = 0) -> Timestamp {
        Timestamp(seconds: Int64(day * 86_400 + hour * 3_600 + 1_800))
    }

    @Test func `are not unusual before there is a history`() {
        var hours = HourHistogram()
        for day in 1..<HourHistogram.historyNeeded { hours.count(Self.moment(9, day: day)) }
        #expect(!hours.isUnusual(Self.moment(3)))
        hours.count(Self.moment(9))
        #expect(hours.isUnusual(Self.moment(3)))
    }

    @Test func `are a circle, and near ones are usual`() {
        var hours = HourHistogram()
        for day in 0..<30 { hours.count(Self.moment(0, day: day)) }
        for hour in [23, 0, 1] { #expect(!hours.isUnusual(Self.moment(hour))) }
        for hour in [2, 12, 22] { #expect(hours.isUnusual(Self.moment(hour))) }
    }

    @Test func `follow a person who changes`() {
        var hours = HourHistogram()
        for day in 0..<1_000 { hours.count(Self.moment(9, day: day)) }
        #expect(hours.total < 200)
        for day in 0..<10 { hours.count(Self.moment(20, day: day)) }
        #expect(!hours.isUnusual(Self.moment(20)))
    }

    @Test func `come out of any bytes, and any moment has one`() {
        let time = TestWorld(seed: 3)
        for count in [0, 1, 23, 24, 25, 255] {
            var hours = HourHistogram(stored: time.randomBytes(count))
            for milliseconds in [Int64.min, -1, 0, 1, .max] {
                hours.count(Timestamp(milliseconds: milliseconds))
                _ = hours.isUnusual(Timestamp(milliseconds: milliseconds))
            }
            #expect(hours.stored.count == 24)
        }
        #expect(HourHistogram(stored: HourHistogram().stored) == HourHistogram())
    }
}
