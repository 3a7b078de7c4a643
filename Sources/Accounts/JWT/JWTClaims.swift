import Basics
package import Domain
import JSON

/// What an access token says. All of them are there in every token.
package struct JWTClaims: Sendable, Equatable {
    /// `sub`: the user.
    package let user: Identifier
    /// `sid`: the session, by the id of its grant.
    package let grant: Identifier
    /// `jti`: this token.
    package let id: String
    /// `iat`, seconds since 1970.
    package let issued: Int64
    /// `nbf`, seconds since 1970: not to be taken before.
    package let notBefore: Int64
    /// `exp`, seconds since 1970: not to be taken from then on.
    package let expires: Int64

    package init(
        user: Identifier, grant: Identifier, id: String, issued: Int64, notBefore: Int64,
        expires: Int64
    ) {
        self.user = user
        self.grant = grant
        self.id = id
        self.issued = issued
        self.notBefore = notBefore
        self.expires = expires
    }

    /// Who tokens are for, in every claim `aud`.
    static let audience = "entrepot"
    /// How far the clocks of two servers may differ, seconds; `exp` has no leeway.
    static let leewaySeconds: Int64 = 60
    /// Year 9999: a greater number is no moment.
    private static let latestSecond: Int64 = 253_402_300_799

    /// Reads a payload whose signature is right.
    ///
    /// - Throws: `badClaims`, `wrongIssuer`.
    init(payload: Span<UInt8>, issuer: String) throws(JWTError) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONReader.parse(payload, maximumBytes: JWT.maximumBytes, maximumDepth: 2)
        } catch { throw .badClaims }
        guard let iss = value["iss"]?.string, let aud = value["aud"]?.string,
            iss.utf8.elementsEqual(issuer.utf8), aud.utf8.elementsEqual(Self.audience.utf8)
        else { throw .wrongIssuer }
        guard let sub = value["sub"]?.string, let user = Identifier(sub),
            let sid = value["sid"]?.string, let grant = Identifier(sid),
            let id = value["jti"]?.string, JWTKey.isID(id),
            let issued = Self.second(value["iat"]), let notBefore = Self.second(value["nbf"]),
            let expires = Self.second(value["exp"]), expires > issued, expires > notBefore
        else { throw .badClaims }
        self.init(
            user: user, grant: grant, id: id, issued: issued, notBefore: notBefore,
            expires: expires)
    }

    /// A whole number of seconds, written as one.
    private static func second(_ value: JSONValue?) -> Int64? {
        guard let second = value?.int64, (0...latestSecond).contains(second) else { return nil }
        return second
    }

    /// - Throws: `expired`, `tooEarly`.
    func check(nowMilliseconds now: Int64) throws(JWTError) {
        let second = Timestamp.seconds(now)
        if second >= expires { throw .expired }
        let latest = second &+ Self.leewaySeconds
        if notBefore > latest || issued > latest { throw .tooEarly }
    }

    func payload(issuer: String) -> ByteBuffer {
        var text = ByteBuffer(capacity: 256)
        text.append("{\"iss\":" as StaticString)
        text.appendJSON(string: issuer)
        text.append(",\"aud\":" as StaticString)
        text.appendJSON(string: Self.audience)
        text.append(",\"sub\":" as StaticString)
        text.appendJSON(user)
        text.append(",\"sid\":" as StaticString)
        text.appendJSON(grant)
        text.append(",\"jti\":" as StaticString)
        text.appendJSON(string: id)
        text.append(",\"iat\":" as StaticString)
        text.append(decimal: issued)
        text.append(",\"nbf\":" as StaticString)
        text.append(decimal: notBefore)
        text.append(",\"exp\":" as StaticString)
        text.append(decimal: expires)
        text.append("}" as StaticString)
        return text
    }
}

extension Timestamp {
    /// Whole seconds since 1970 of milliseconds, rounded down.
    static func seconds(_ milliseconds: Int64) -> Int64 {
        let (quotient, remainder) = milliseconds.quotientAndRemainder(dividingBy: 1_000)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
