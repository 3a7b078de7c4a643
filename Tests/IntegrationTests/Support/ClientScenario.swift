import Testing

/// One scenario of a program in `Tests/clients` that starts the server itself.
enum ClientScenario {
    /// Runs it in a folder of its own, two minutes at most; it must end well and say so.
    ///
    /// - Parameter script: without folder and ending.
    static func run(_ script: String, _ name: String) throws {
        let folder = try Folder()
        guard let binary = TestServer.binary else { throw Trouble(TestServer.absence) }
        let path = Folder.repository + "/Tests/clients/\(script).py"
        let done = try Program.run(
            [ClientTests.python, "-B", path, binary, folder.path, name], in: folder.path,
            seconds: 120)
        let log = Folder.text(of: folder.path + "/server.log")
        #expect(done.status == 0, "\(name): \(done.output)\(done.error)\(log.suffix(4_000))")
        #expect(done.output.hasSuffix("all good\n"), "\(name): \(done.output)")
    }
}
