import EntrepotServer
import Testing

@Suite struct NoticeSettingsTests {
    @Test(arguments: [
        ("5s", "5s"), ("5s,30s,2m", "5s,30s,2m"), ("100ms,1h,1d", "100ms,1h,1d"), ("90s", "90s"),
        ("", nil), ("5s,", nil), (",5s", nil), ("9ms", nil), ("2d", nil), ("soon", nil),
        ("5s 6s", nil), (String(repeating: "5s,", count: 20) + "5s", nil),
    ])
    func retryWaits(_ text: String, _ canonical: String?) {
        #expect(RetryWaits(setting: text)?.setting == canonical)
    }

    @Test func theUsualWaits() {
        let text = RetryWaits().setting
        #expect(text == "5s,30s,2m,10m,30m,2h,5h,10h,1d")
        #expect(RetryWaits(setting: text) == RetryWaits())
    }

    @Test(arguments: [
        ("smtp://mail.example.org", "smtp://mail.example.org:587"),
        ("smtp://mail.example.org:25/", "smtp://mail.example.org:25"),
        ("smtp://[::1]", "smtp://[::1]:587"), ("smtp://[::1]:2525", "smtp://[::1]:2525"),
        ("mail.example.org", nil), ("smtps://mail.example.org", nil), ("smtp://", nil),
        ("smtp://:587", nil), ("smtp://user@mail.example.org", nil), ("smtp://a/b", nil),
        ("smtp://a:0", nil), ("smtp://a:99999", nil), ("smtp://a b", nil),
    ])
    func mailServers(_ text: String, _ canonical: String?) {
        #expect(MailServerURL(setting: text)?.setting == canonical)
    }

    private func problems(_ variables: [String: String]) -> [String] {
        let sources = ConfigurationSources(environment: variables) { _ in nil }
        do {
            _ = try Configuration.load(from: sources)
            return []
        } catch { return error.problems.map(\.message) }
    }

    @Test func whatBelongsTogether() {
        let server = ["ENTREPOT_SMTP_URL": "smtp://mail"]
        let sender = ["ENTREPOT_MAIL_FROM": "a@example.org"]
        let user = ["ENTREPOT_SMTP_USER": "a"]
        let password = ["ENTREPOT_SMTP_PASSWORD": "b"]
        func both(_ one: [String: String], _ other: [String: String]) -> [String: String] {
            one.merging(other) { $1 }
        }
        #expect(problems(both(server, sender)).isEmpty)
        #expect(problems(both(both(server, sender), both(user, password))).isEmpty)
        #expect(problems(server) == ["smtp_url needs mail_from"])
        #expect(problems(user) == ["smtp_user and a password of it belong together"])
        #expect(problems(password) == ["smtp_user and a password of it belong together"])
        #expect(
            problems(both(both(user, password), ["ENTREPOT_SMTP_ENCRYPTION": "optional"])) == [
                "a password needs smtp_encryption = required"
            ])
        #expect(
            problems(both(both(user, password), ["ENTREPOT_SMTP_PASSWORD_FILE": "f"])) == [
                "smtp_password and smtp_password_file exclude each other"
            ])
        #expect(problems(["ENTREPOT_MAIL_FROM": "nobody"]).count == 1)
    }
}
