/// The commands that take longer than the ledger's thread may wait: whoever runs rules and
/// channels answers them on threads of its own.
package protocol FeatureCommands: AnyObject {
    /// Begins to run a command; called on the ledger's thread, returns at once.
    ///
    /// The role was checked, the words were not: stations in the caller's scope are the feature's
    /// to check.
    ///
    /// - Parameters:
    ///   - spec: a row with the handler `.feature`, or one with the flag `.checked`.
    ///   - words: the whole request, without prefixes.
    ///   - complete: called once, on any thread.
    func run(
        _ spec: CommandSpec, _ words: [[UInt8]], caller: Caller,
        complete: @escaping @Sendable (FeatureResult) -> Void)
}

/// What a feature says to a command.
package enum FeatureResult: Sendable {
    case reply(ReplyValue)
    case error(CommandError)
    /// The check has passed: the write may be decided now. For rows with the flag `.checked`.
    case proceed
}

extension CommandError {
    /// What a server without rules answers.
    package static let noRules = CommandError(.err, "rules are not available")
}
