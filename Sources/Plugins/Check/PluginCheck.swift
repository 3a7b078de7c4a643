package import Basics
package import Domain
package import Ledger

/// The examination of a plugin's file: it parses, its table is right, and its own tests pass, all
/// in a machine of its own under the budgets that rules have.
///
/// A value; made on any thread, at most some seconds for a file with a thousand slow tests.
package struct PluginCheck: Sendable {
    /// How one of the plugin's tests ended.
    package struct Outcome: Sendable, Equatable {
        /// `test 3 (pricing)`, with the test's own name where it has one.
        package let title: String
        /// What is wrong, one sentence; nil: it passed.
        package let failure: String?

        package var hasPassed: Bool { failure == nil }
    }

    /// The file's name, for messages.
    package let file: String
    /// What the table says; nil where it could not be read.
    package let definition: PluginDefinition?
    /// The version; nil where the definition is.
    package let tag: VersionTag?
    /// The mistake that ended the check before the tests.
    package let problem: PluginProblem?
    package let warnings: [PluginProblem]
    package let outcomes: [Outcome]
    /// Whether a hook before the commit did not end within its budgets on an example: it will be
    /// watched from its first call on.
    package let isSuspect: Bool

    /// Whether the plugin may be loaded.
    package var hasPassed: Bool { problem == nil && outcomes.allSatisfy(\.hasPassed) }

    /// Examines a source.
    ///
    /// - Parameters:
    ///   - expectedName: the name that the source must have, where one is given.
    ///   - limits: the budgets of rules.
    package init(source: String, file: String, expectedName: Identifier? = nil, limits: Limits) {
        self.file = file
        let machine: RuleMachine
        do throws(PluginProblem) {
            if source.utf8.count > PluginVersion.maximumSourceBytes {
                throw PluginProblem(
                    message: "is longer than \(PluginVersion.maximumSourceBytes) bytes")
            }
            machine = try RuleMachine(source: source, file: file, limits: limits)
            if let expectedName, machine.definition.name != expectedName {
                throw PluginProblem(
                    line: SourceTokens(Array(source.utf8)).line(ofKey: "name"),
                    message: "the file says that its name is \(machine.definition.name), "
                        + "not \(expectedName)")
            }
        } catch {
            problem = error
            definition = nil
            tag = nil
            warnings = []
            outcomes = []
            isSuspect = false
            return
        }
        problem = nil
        definition = machine.definition
        tag = machine.tag
        outcomes = PluginTests(source: source, file: file, limits: limits).run(machine)
        let endless =
            outcomes.allSatisfy(\.hasPassed)
            ? FirstCalls.endless(machine.definition, source: source, file: file, limits: limits)
            : []
        isSuspect = !endless.isEmpty
        warnings =
            machine.warnings
            + endless.map { hook in
                PluginProblem(
                    message: "\(hook) did not end within twice its budgets on an example: it gets "
                        + "a tenth of the time until a call of it has ended")
            }
    }

    /// What is wrong, each as `file:line: reason`; empty where it passed.
    package var failures: [String] {
        if let problem { return [problem.text(file: file)] }
        return outcomes.compactMap { outcome in
            outcome.failure.map { "\(file): \(outcome.title): \($0)" }
        }
    }

    /// One sentence with the first thing that is wrong; nil where it passed.
    package var sentence: String? {
        guard let first = failures.first else { return nil }
        return failures.count == 1 ? first : "\(first) (and \(failures.count - 1) more)"
    }

    /// What the ledger keeps of a version; nil where the check did not pass.
    package var metadata: PluginMetadata? {
        hasPassed ? definition?.metadata : nil
    }
}

extension PluginDefinition {
    /// What the ledger keeps of a version.
    package var metadata: PluginMetadata {
        PluginMetadata(
            name: name, declared: version, station: station, priority: priority, hooks: hooks,
            description: description, onError: onError)
    }
}
