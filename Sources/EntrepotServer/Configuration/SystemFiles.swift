package import Basics
import System

/// The files of the configuration.
package enum SystemFiles {
    /// Longest file that is read, bytes.
    package static let maximumBytes = 1 << 20

    /// Reads a whole file.
    ///
    /// - Returns: nil where there is none.
    /// - Throws: one problem that names the file.
    package static func read(_ path: String) throws(ConfigurationError) -> [UInt8]? {
        do {
            return try FileSystem.read(path, limit: maximumBytes).array
        } catch {
            if error.isNotFound { return nil }
            throw ConfigurationError(place: path, message: "\(error)")
        }
    }
}

extension Configuration {
    /// Writes `rewrite` to `DATA/settings.json`: after a power cut the file is old or new.
    ///
    /// - Throws: `ConfigurationError`; the file is unchanged then.
    package func keepSettings() throws(ConfigurationError) {
        let text = Array(rewrite().utf8)
        do {
            try FileSystem.writeAtomically(text.span, to: settingsPath, permissions: 0o600)
        } catch {
            throw ConfigurationError(place: settingsPath, message: "\(error)")
        }
    }

    /// The password that `admin` gets at a first start: given, or the first line of its file.
    ///
    /// - Returns: nil if neither is configured.
    package func initialAdminPassword() throws(ConfigurationError) -> Redacted? {
        guard let path = adminPasswordFile else { return adminPassword }
        return try Self.password(in: path)
    }

    /// The password for the mail server: given, or the first line of its file.
    ///
    /// - Returns: nil if neither is configured.
    package func mailPassword() throws(ConfigurationError) -> Redacted? {
        guard let path = smtpPasswordFile else { return smtpPassword }
        return try Self.password(in: path)
    }

    private static func password(in path: String) throws(ConfigurationError) -> Redacted {
        guard let bytes = try SystemFiles.read(path) else {
            throw ConfigurationError(place: path, message: "there is no such file")
        }
        let line = bytes.prefix { $0 != 10 && $0 != 13 }
        guard !line.isEmpty, let text = String(validating: line, as: UTF8.self) else {
            throw ConfigurationError(place: path, message: "has no password in its first line")
        }
        return Redacted(text)
    }
}
