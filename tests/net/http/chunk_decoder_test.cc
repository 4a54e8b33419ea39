#include "http/chunk_decoder.h"

#include <gtest/gtest.h>

#include <string>

namespace wingmq::net {
namespace {

constexpr ChunkDecoder::Limits kLimits{.body_bytes = 100, .line_bytes = 50};

/// The body, when it arrives in pieces and what it is written to has so much room; what lies behind it must be left. "431 …" and the
/// like: why it was refused.
std::string decode_in_pieces(std::string_view body, std::size_t piece, std::size_t room) {
  ChunkDecoder decoder(kLimits);
  std::string text;
  std::string pending;
  for (std::size_t at = 0; true;) {
    char out[100];
    const auto decoded = decoder.decode(pending, out, room);
    if (!decoded) return std::to_string(decoded.error().status) + " " + decoded.error().detail;
    text.append(out, decoded->written);
    pending.erase(0, decoded->consumed);
    if (decoded->done) break;
    if (decoded->consumed != 0 || decoded->written != 0) continue;
    if (at >= body.size()) return "it does not end";
    pending += body.substr(at, piece);
    at += piece;
  }
  EXPECT_TRUE(std::string_view("NEXT").starts_with(pending)) << pending;
  return text;
}

/// The same result however it is cut.
std::string decode(std::string_view body) {
  const std::string whole = decode_in_pieces(body, body.size(), 100);
  for (std::size_t piece = 1; piece <= 40; ++piece) {
    for (const std::size_t room : {std::size_t{1}, std::size_t{2}, std::size_t{100}}) {
      EXPECT_EQ(decode_in_pieces(body, piece, room), whole) << body << " in pieces of " << piece << " with room for " << room;
    }
  }
  return whole;
}

constexpr std::string_view kTooLong = "431 a chunk's size line or the trailer has more than 50 bytes";
constexpr std::string_view kTooMuch = "413 the body has more than 100 bytes";
constexpr std::string_view kBadSize = "400 a chunk's size is not readable";

TEST(ChunkDecoderTest, ReadsChunksExtensionsAndTrailers) {
  EXPECT_EQ(decode("3\r\nabc\r\n5;x=y\r\ndefgh\r\n0\r\nT: 1\r\n\r\nNEXT"), "abcdefgh");
  EXPECT_EQ(decode("0\r\n\r\nNEXT"), "");
  EXPECT_EQ(decode("000\r\nT: 1\r\nU:\r\n\r\nNEXT"), "");
  EXPECT_EQ(decode("1 \t;a=\"b;c\"\r\na\r\n0;z\r\n\r\nNEXT"), "a");
  EXPECT_EQ(decode("A\r\n\r\n0\r\n\r\n0\r\n\r\n0\r\n\r\nNEXT"), "\r\n0\r\n\r\n0\r\n") << "data may look like anything";
}

TEST(ChunkDecoderTest, ASizeIsHexadecimalDigitsAndNothingElse) {
  for (const char* line : {"", "x", "-1", "+1", "0x1", " 1", "1 ", "1\t", "1g", "1,", "1 a", ";a", "1;a\x01", "1;\x7f"}) {
    EXPECT_EQ(decode(std::string(line) + "\r\na\r\n0\r\n\r\n"), kBadSize) << line;
  }
}

TEST(ChunkDecoderTest, LinesEndInCrLf) {
  EXPECT_EQ(decode("1\na\r\n0\r\n\r\n"), kBadSize);
  EXPECT_EQ(decode("1\r\ra\r\n0\r\n\r\n"), "400 a line of a chunked body does not end in CR LF");
  EXPECT_EQ(decode("1\r\na\n0\r\n\r\n"), "400 a chunk is longer than its size says");
  EXPECT_EQ(decode("1\r\nab\r\n0\r\n\r\n"), "400 a chunk is longer than its size says");
  EXPECT_EQ(decode("1\r\na\r0\r\n\r\n"), "400 a line of a chunked body does not end in CR LF");
  EXPECT_EQ(decode("0\r\n\n"), "400 a line of the trailer is not a name and a value");
  EXPECT_EQ(decode("0\r\n\ra"), "400 a line of a chunked body does not end in CR LF");
  EXPECT_EQ(decode("0\r\nA: b\n\r\n"), "400 a line of the trailer is not a name and a value");
}

TEST(ChunkDecoderTest, ATrailerIsMadeOfHeaderLines) {
  EXPECT_EQ(decode("0\r\nX: y\r\n z\r\n\r\n"), "400 a trailer line begins with a space: folded lines are obsolete and not taken");
  for (const char* line : {"A", "A b: c", "A : b", ": b", "(: b", "A: b\x01", "A\x80: b"}) {
    EXPECT_EQ(decode("0\r\n" + std::string(line) + "\r\n\r\n"), "400 a line of the trailer is not a name and a value") << line;
  }
}

TEST(ChunkDecoderTest, TooMuchIsRefusedAsSoonAsItIsAnnounced) {
  EXPECT_EQ(decode("64\r\n" + std::string(100, 'a') + "\r\n0\r\n\r\n"), std::string(100, 'a'));
  EXPECT_EQ(decode("65\r\n"), kTooMuch);
  EXPECT_EQ(decode("40\r\n" + std::string(64, 'a') + "\r\n25\r\n"), kTooMuch);
  EXPECT_EQ(decode("ffffffffffffffff\r\n"), kTooMuch);
  EXPECT_EQ(decode("10000000000000000\r\n"), kTooMuch) << "more than 64 bits";
  EXPECT_EQ(decode("00000000000000000000001\r\na\r\n0\r\n\r\n"), "a");
}

TEST(ChunkDecoderTest, LongLinesAreRefusedHoweverTheyArrive) {
  EXPECT_EQ(decode("1;" + std::string(48, 'a') + "\r\nb\r\n0\r\n\r\n"), "b");
  EXPECT_EQ(decode("1;" + std::string(49, 'a') + "\r\nb\r\n0\r\n\r\n"), kTooLong);
  EXPECT_EQ(decode(std::string(50, '0') + "\r\n\r\n"), "");
  EXPECT_EQ(decode(std::string(51, '0') + "\r\n\r\n"), kTooLong);
  EXPECT_EQ(decode("0\r\nA: " + std::string(46, 'b') + "\r\n\r\n"), "");
  EXPECT_EQ(decode("0\r\nA: " + std::string(48, 'b') + "\r\n\r\n"), kTooLong);
}

TEST(ChunkDecoderTest, ManyShortOnesAreAsManyBytesAsALongOne) {
  std::string extensions;
  std::string trailers = "0\r\n";
  for (int i = 0; i < 20; ++i) {
    extensions += "1;ab\r\nx\r\n";
    trailers += "A: b\r\n";
  }
  EXPECT_EQ(decode(extensions + "0\r\n\r\n"), kTooLong);
  EXPECT_EQ(decode(trailers + "\r\n"), kTooLong);
}

TEST(ChunkDecoderTest, TellsAFullBufferFromAMissingChunk) {
  ChunkDecoder decoder(kLimits);
  char out[3];
  const auto exact = decoder.decode("3\r\nabc", out, 3);
  ASSERT_TRUE(exact);
  EXPECT_EQ(exact->written, 3U);
  EXPECT_FALSE(exact->full) << "the body may end here";
  const auto more = decoder.decode("\r\n1\r\nd", out + 3, 0);
  ASSERT_TRUE(more);
  EXPECT_EQ(more->written, 0U);
  EXPECT_TRUE(more->full);
}

}  // namespace
}  // namespace wingmq::net
