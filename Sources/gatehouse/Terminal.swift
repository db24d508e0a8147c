import Credentials
import Foundation

/// Asks a person at the terminal.
enum Terminal {
    /// A line, without its end.
    static func ask(_ prompt: String) -> String {
        say(prompt)
        return readLine() ?? ""
    }

    /// A password, typed twice and not shown; from a pipe it is one line. `nil` when the two differ.
    static func askForPassword() -> String? {
        guard isatty(STDIN_FILENO) == 1 else { return readLine() ?? "" }
        let first = withoutEcho { ask("Password: ") }
        let second = withoutEcho { ask("Once more: ") }
        return first == second ? first : nil
    }

    private static func withoutEcho(_ body: () -> String) -> String {
        var settings = termios()
        guard unsafe tcgetattr(STDIN_FILENO, &settings) == 0 else { return body() }
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO)
        _ = unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            _ = unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
            say("\n")
        }
        return body()
    }

    /// Prompts go to standard error, so that a redirected output holds the result alone.
    private static func say(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
