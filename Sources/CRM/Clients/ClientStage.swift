import Core
import Storage

/// The stage of a client must be one of the brokerage's.
enum ClientStage {
    /// Says when `after` is in a stage that there is not. One that was taken away later stays until it is changed.
    static func problems(
        from before: ClientContent?, to after: ClientContent, in session: any SQLSession
    ) throws -> [FieldProblem] {
        guard !after.stage.isEmpty, after.stage != before?.stage else { return [] }
        if try StageTable.has(after.stage, in: session) { return [] }
        var check = FieldCheck()
        check.refuse("stage", .unknownChoice, "There is no such stage. GET /v1/stages lists them.")
        return check.problems
    }
}
