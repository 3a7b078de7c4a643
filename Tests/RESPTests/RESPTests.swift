import Basics
import RESP

/// What a whole byte stream gave: the words of each request, or the outcome that was not one.
struct Transcript: Equatable, CustomStringConvertible {
    var lines: [String] = []
    var description: String { lines.joined(separator: " | ") }
}

/// Feeds `stream` in pieces cut at `cuts` and writes down everything the parser says.
func transcript(
    of stream: [UInt8], cuts: [Int] = [], limits: RequestLimits = .standard
) -> Transcript {
    var parser = RequestParser()
    var arguments = ArgumentVector()
    var transcript = Transcript()
    var consumedSoFar = 0
    for end in cuts + [stream.count] {
        while true {
            let unread = stream.span.extracting(consumedSoFar..<end)
            let outcome = parser.parse(unread, limits: limits, into: &arguments)
            switch outcome {
            case .needMore: break
            case .request(let consumed):
                consumedSoFar += consumed
                var words = arguments.isFromArray ? "*" : ""
                for index in 0..<arguments.count {
                    words += "[\(escaped(arguments.argument(index)))]"
                }
                transcript.lines.append(words)
                continue
            case .blank(let consumed):
                consumedSoFar += consumed
                transcript.lines.append("blank")
                continue
            case .refused(let consumed, let code, _):
                consumedSoFar += consumed
                transcript.lines.append("-\(code.rawValue)")
                continue
            case .fatal(let code, let message):
                transcript.lines.append("!\(code.rawValue) \(message)")
                return transcript
            case .httpRequest:
                transcript.lines.append("http")
                return transcript
            }
            break
        }
    }
    if consumedSoFar < stream.count { transcript.lines.append("...") }
    return transcript
}

func escaped(_ bytes: Span<UInt8>) -> String {
    var text = ""
    for index in 0..<bytes.count {
        let byte = bytes[index]
        if byte >= 32 && byte < 127 {
            text.unicodeScalars.append(UnicodeScalar(byte))
        } else {
            text += "\\\(byte)"
        }
    }
    return text
}
