import Basics
import Domain

extension Configuration {
    /// `CONFIG GET`: the settings whose key matches a pattern, in the order of the table.
    ///
    /// - Parameter pattern: `*` is any run of bytes, `?` any one; letters in any case.
    /// - Returns: keys with their values as text; secrets as `(redacted)`.
    package func get(_ pattern: String) -> [(key: String, value: String)] {
        let wanted = pattern.utf8.span
        return SettingTable.rows
            .filter { Glob.matches($0.key.utf8.span, pattern: wanted, folded: true) }
            .map { ($0.key, $0.read(self)) }
    }

    /// `CONFIG SET` of one key; on an error nothing has changed.
    ///
    /// - Throws: `ConfigurationError` if the key is unknown, cannot change on a running server, or
    ///   the value is none of its values.
    package mutating func set(_ key: String, _ value: String) throws(ConfigurationError) {
        try set([(key, value)])
    }

    /// `CONFIG SET` of several keys: all of them, or on an error none.
    package mutating func set(
        _ changes: [(key: String, value: String)]
    ) throws(ConfigurationError) {
        var changed = self
        for (written, value) in changes {
            let key = written.lowercased()
            guard let setting = SettingTable.row(key) else {
                let hint = NearestWord.hint(key, in: SettingTable.rows.map(\.key))
                throw ConfigurationError(
                    place: "CONFIG SET", message: "unknown key \"\(written)\"\(hint)")
            }
            if !setting.isChangeable {
                throw ConfigurationError(
                    place: key, message: "can only be set before the server starts")
            }
            do {
                try setting.write(&changed, value)
            } catch {
                throw ConfigurationError(place: key, message: error.message)
            }
            changed.origins[key] = .command
            changed.kept[key] = setting.read(changed)
        }
        let contradictions = changed.contradictions
        if !contradictions.isEmpty { throw ConfigurationError(contradictions) }
        self = changed
    }

    /// `CONFIG REWRITE`: what `DATA/settings.json` shall hold, which is all that `CONFIG SET` ever
    /// changed here.
    package func rewrite() -> String { SettingsFile.text(kept) }

    /// Where `rewrite` belongs.
    package var settingsPath: String { data + "/" + SettingsFile.name }

    /// Pairs of values that cannot hold together.
    var contradictions: [ConfigurationProblem] {
        var problems: [ConfigurationProblem] = []
        func atMost(_ low: String, _ lowValue: Int, _ high: String, _ highValue: Int) {
            if lowValue <= highValue { return }
            // The place of whichever of the two was set.
            let place = origins[low] == nil ? origin(of: high) : origin(of: low)
            problems.append(
                ConfigurationProblem(
                    place: place.description,
                    message: "\(low) (\(lowValue)) is more than \(high) (\(highValue))"))
        }
        atMost(
            "output_buffer_soft_bytes", limits.outputBufferSoftBytes,
            "output_buffer_hard_bytes", limits.outputBufferHardBytes)
        atMost(
            "subscriber_buffer_soft_bytes", limits.subscriberBufferSoftBytes,
            "subscriber_buffer_hard_bytes", limits.subscriberBufferHardBytes)
        atMost(
            "argument_bytes", limits.argumentBytes, "request_bytes", limits.requestBytes)
        problems += tlsContradictions
        func exclusive(_ one: String, _ other: String) {
            problems.append(
                ConfigurationProblem(
                    place: origin(of: other).description,
                    message: "\(one) and \(other) exclude each other"))
        }
        if adminPassword != nil && adminPasswordFile != nil {
            exclusive("admin_password", "admin_password_file")
        }
        if smtpPassword != nil && smtpPasswordFile != nil {
            exclusive("smtp_password", "smtp_password_file")
        }
        let hasPassword = smtpPassword != nil || smtpPasswordFile != nil
        if (smtpUser != nil) != hasPassword {
            problems.append(
                ConfigurationProblem(
                    place: origin(of: hasPassword ? "smtp_password" : "smtp_user").description,
                    message: "smtp_user and a password of it belong together"))
        }
        if hasPassword && smtpEncryption != .required {
            problems.append(
                ConfigurationProblem(
                    place: origin(of: "smtp_encryption").description,
                    message: "a password needs smtp_encryption = required"))
        }
        if smtpURL != nil && mailFrom == nil {
            problems.append(
                ConfigurationProblem(
                    place: origin(of: "smtp_url").description,
                    message: "smtp_url needs mail_from"))
        }
        return problems
    }
}
