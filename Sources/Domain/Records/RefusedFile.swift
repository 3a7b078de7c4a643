/// A file of the watched folder of rules that was not taken, as it was looked at last. Not a record
/// of the store: this server's folder alone knows it.
package struct RefusedFile: Sendable, Equatable {
    /// The file's name, without its folder.
    package let file: String
    /// The first thing that is wrong, one sentence.
    package let reason: String
    /// When it was looked at.
    package let time: Timestamp

    package init(file: String, reason: String, time: Timestamp) {
        self.file = file
        self.reason = reason
        self.time = time
    }
}
