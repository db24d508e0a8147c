/// Starts `work` so many times at once, and returns what came of each, in the order of the turns.
func inParallel<T: Sendable>(
    _ count: Int, _ work: @escaping @Sendable (_ turn: Int) async throws -> T
) async -> [Result<T, any Error>] {
    await withTaskGroup(of: (Int, Result<T, any Error>).self) { group in
        for turn in 0..<count {
            group.addTask {
                do { return (turn, .success(try await work(turn))) } catch { return (turn, .failure(error)) }
            }
        }
        return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }.sorted { $0.key < $1.key }.map(\.value)
    }
}
