/// Why a text is not the JSON that was asked for.
package struct JSONError: Error, Equatable, Sendable {
    /// The byte offset in the input where reading stopped.
    package let offset: Int
    /// A sentence for the sender; it never holds bytes of the input.
    package let message: String

    /// An error at `offset` with a sentence for the sender.
    package init(offset: Int, message: String) {
        self.offset = offset
        self.message = message
    }
}
