/// One thing that is wrong with the configuration.
package struct ConfigurationProblem: Sendable, Equatable, CustomStringConvertible {
    /// `entrepot.conf:3`, `ENTREPOT_TCP`, `--tcp`, a file.
    package let place: String
    /// One sentence; never shows a secret.
    package let message: String

    package init(place: String, message: String) {
        self.place = place
        self.message = message
    }

    package var description: String { "\(place): \(message)" }
}

/// Why there is no configuration: everything that is wrong, so that one run finds all of it.
package struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    /// At least one.
    package let problems: [ConfigurationProblem]

    package init(_ problems: [ConfigurationProblem]) { self.problems = problems }

    package init(place: String, message: String) {
        problems = [ConfigurationProblem(place: place, message: message)]
    }

    /// One line per problem.
    package var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}

/// Why a text is no value of a setting.
package struct SettingRefusal: Error, Equatable {
    /// A sentence without the place.
    package let message: String
}
