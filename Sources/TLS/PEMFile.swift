internal import Basics
internal import COpenSSL
internal import System

/// A file of certificates or keys, looked at before OpenSSL reads it: OpenSSL's own words would
/// name neither the file nor the mistake.
struct PEMFile {
    /// What an operator should know of it.
    let warnings: [String]

    /// The most bytes that are read: some hundred authorities have 250 kB.
    private static let limit = 4 << 20

    /// Looks at a file of certificates.
    ///
    /// - Throws: where it cannot be read or holds none.
    static func certificate(_ path: String) throws(TLSError) -> PEMFile {
        let text = try read(path)
        if !text.contains("-----BEGIN CERTIFICATE-----")
            && !text.contains("-----BEGIN TRUSTED CERTIFICATE-----")
            && !text.contains("-----BEGIN X509 CERTIFICATE-----")
        {
            throw TLSError("\(path) holds no certificate in PEM form")
        }
        return PEMFile(warnings: [])
    }

    /// Looks at a file with a private key.
    ///
    /// - Throws: where it cannot be read, holds no key or one with a passphrase.
    static func key(_ path: String) throws(TLSError) -> PEMFile {
        let text = try read(path)
        if !text.contains("PRIVATE KEY-----") {
            throw TLSError("\(path) holds no private key in PEM form")
        }
        if text.contains("-----BEGIN ENCRYPTED PRIVATE KEY") || text.contains("4,ENCRYPTED") {
            throw TLSError(
                "the key in \(path) has a passphrase; the server needs one without, readable by"
                    + " its user alone")
        }
        let bits = (try? FileSystem.permissions(of: path)) ?? 0
        if bits & 0o007 == 0 { return PEMFile(warnings: []) }
        return PEMFile(warnings: ["everybody on this machine can read the key \(path): chmod 600"])
    }

    /// Why OpenSSL does not take the file, in one sentence; empties the queue of errors.
    static func refusal(_ path: String, _ what: String) -> TLSError {
        let reason = ErrorQueue.sentence(ErrorQueue.takeFirst())
        return TLSError("the \(what) in \(path) cannot be used: \(reason)")
    }

    /// Why OpenSSL does not take the key: it is broken, or the certificate's is another.
    static func keyRefusal(_ files: TLSFiles) -> TLSError {
        let error = ErrorQueue.takeFirst()
        if copenssl_is_mismatch(error) == 1 {
            return TLSError(
                "the key in \(files.key) does not belong to the certificate in"
                    + " \(files.certificate)")
        }
        return TLSError("the key in \(files.key) cannot be used: \(ErrorQueue.text(error))")
    }

    private static func read(_ path: String) throws(TLSError) -> String {
        if path.utf8.contains(0) { throw TLSError("a file name holds a NUL") }
        do throws(SystemError) {
            let content = try FileSystem.read(path, limit: limit)
            return String(decoding: content.array, as: UTF8.self)
        } catch {
            throw TLSError(error.isNotFound ? "there is no file \(path)" : "\(error)")
        }
    }
}
