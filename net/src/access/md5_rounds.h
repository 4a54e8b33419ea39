#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "access/md5_kernels.h"

// MD5's rounds (RFC 1321, 3.4) over as many lanes as a vector holds. Included by one file for each instruction set, so all of it is
// static, and nothing of the standard library that a linker might share between those files is used here.

namespace wingmq::net {

// Words of 4, 8 and 16 lanes.
using Md5Words4 = std::uint32_t __attribute__((vector_size(16)));
using Md5Words8 = std::uint32_t __attribute__((vector_size(32)));
using Md5Words16 = std::uint32_t __attribute__((vector_size(64)));

static constexpr std::uint32_t kMd5Sines[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};

static constexpr int kMd5Shifts[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

static constexpr std::size_t md5_word_of(std::size_t step) {
  constexpr std::size_t kFactor[4] = {1, 5, 3, 7};
  constexpr std::size_t kOffset[4] = {0, 1, 5, 0};
  return (kFactor[step / 16] * step + kOffset[step / 16]) % 16;
}

/// One of the 64 steps. What does not need `b`, the last step's result, is added first: the rest is the chain that one block takes
/// its time from.
template <std::size_t kStep, typename Word>
[[gnu::always_inline]] static inline void md5_step(Word (&state)[4], const Word (&words)[16]) {
  Word& a = state[(64 - kStep) % 4];
  const Word& b = state[(65 - kStep) % 4];
  const Word& c = state[(66 - kStep) % 4];
  const Word& d = state[(67 - kStep) % 4];
  constexpr int kShift = kMd5Shifts[kStep / 16][kStep % 4];
  a += words[md5_word_of(kStep)] + kMd5Sines[kStep];
  if constexpr (kStep < 16) {
    a += d ^ (b & (c ^ d));
  } else if constexpr (kStep < 32) {
    a += c & ~d;  // never a bit in common with the next term
    a += b & d;
  } else if constexpr (kStep < 48) {
    a += b ^ (c ^ d);
  } else {
    a += c ^ (b | ~d);
  }
  a = b + ((a << kShift) | (a >> (32 - kShift)));
}

template <typename Word, std::size_t kStep = 0>
[[gnu::always_inline]] static inline void md5_steps(Word (&state)[4], const Word (&words)[16]) {
  if constexpr (kStep < 64) {
    md5_step<kStep>(state, words);
    md5_steps<Word, kStep + 1>(state, words);
  }
}

/// Takes the elements p... of x and y (those of y count from 4 on) within each group of four lanes.
template <std::size_t... p, typename Words, std::size_t... lane>
[[gnu::always_inline]] static inline void md5_shuffle(Words& to, const Words& x, const Words& y, std::index_sequence<lane...>) {
  constexpr std::size_t kPick[4] = {p...};
  to = __builtin_shufflevector(x, y, ((kPick[lane % 4] < 4 ? 0 : sizeof...(lane) - 4) + lane / 4 * 4 + kPick[lane % 4])...);
}

// The 16 bytes at `at` in the data of every fourth lane, side by side.
[[gnu::always_inline]] static inline void md5_load_row(const Md5Lane* lanes, std::size_t at, Md5Words4& row) {
  __builtin_memcpy(&row, lanes[0].data + at, sizeof row);
}
[[gnu::always_inline]] static inline void md5_load_row(const Md5Lane* lanes, std::size_t at, Md5Words8& row) {
  Md5Words4 low, high;
  md5_load_row(lanes, at, low);
  md5_load_row(lanes + 4, at, high);
  row = __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
}
[[gnu::always_inline]] static inline void md5_load_row(const Md5Lane* lanes, std::size_t at, Md5Words16& row) {
  Md5Words8 low, high;
  md5_load_row(lanes, at, low);
  md5_load_row(lanes + 8, at, high);
  row = __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

/// The 16 words of each lane's block at `at`: rows of lanes become columns, four by four.
template <typename Words>
[[gnu::always_inline]] static inline void md5_load(const Md5Lane* lanes, std::size_t at, Words (&words)[16]) {
  constexpr std::make_index_sequence<sizeof(Words) / 4> kLanes{};
  for (std::size_t part = 0; part < 4; ++part) {
    Words row[4], low[2], high[2];
    for (std::size_t j = 0; j < 4; ++j) md5_load_row(lanes + j, at + 16 * part, row[j]);
    for (std::size_t pair = 0; pair < 2; ++pair) {
      md5_shuffle<0, 4, 1, 5>(low[pair], row[2 * pair], row[2 * pair + 1], kLanes);
      md5_shuffle<2, 6, 3, 7>(high[pair], row[2 * pair], row[2 * pair + 1], kLanes);
    }
    md5_shuffle<0, 1, 4, 5>(words[4 * part], low[0], low[1], kLanes);
    md5_shuffle<2, 3, 6, 7>(words[4 * part + 1], low[0], low[1], kLanes);
    md5_shuffle<0, 1, 4, 5>(words[4 * part + 2], high[0], high[1], kLanes);
    md5_shuffle<2, 3, 6, 7>(words[4 * part + 3], high[0], high[1], kLanes);
  }
}
[[gnu::always_inline]] static inline void md5_load(const Md5Lane* lanes, std::size_t at, std::uint32_t (&words)[16]) {
  __builtin_memcpy(words, lanes[0].data + at, sizeof words);
}

[[gnu::always_inline]] static inline std::uint32_t& md5_lane_of(std::uint32_t& word, std::size_t) { return word; }
template <typename Words>
[[gnu::always_inline]] static inline auto& md5_lane_of(Words& words, std::size_t lane) {
  return reinterpret_cast<std::uint32_t*>(&words)[lane];
}

/// A kernel: all its lanes' states are in one vector for each of the four words.
template <typename Words>
static void md5_run(Md5Lane* lanes, std::size_t blocks) {
  constexpr std::size_t kLanes = sizeof(Words) / 4;
  Words state[4];
  for (std::size_t word = 0; word < 4; ++word) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) md5_lane_of(state[word], lane) = lanes[lane].state[word];
  }
  for (std::size_t block = 0; block < blocks; ++block) {
    Words words[16];
    md5_load(lanes, 64 * block, words);
    Words next[4] = {state[0], state[1], state[2], state[3]};
    md5_steps(next, words);
    for (std::size_t word = 0; word < 4; ++word) state[word] += next[word];
  }
  for (std::size_t word = 0; word < 4; ++word) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane].state[word] = md5_lane_of(state[word], lane);
  }
}

/// A kernel of more lanes than `Words` has.
template <typename Words, std::size_t lanes_of_all>
static void md5_run_in_groups(Md5Lane* lanes, std::size_t blocks) {
  for (std::size_t first = 0; first < lanes_of_all; first += sizeof(Words) / 4) md5_run<Words>(lanes + first, blocks);
}

}  // namespace wingmq::net
