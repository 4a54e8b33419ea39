#include "text/plain_run.h"

#include <bit>
#include <cstring>

#include "text/cpu.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

namespace wingmq::net {
namespace {

bool is_plain(char c) { return c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20; }

#ifdef __SSE2__

/// A bit for each of 16 bytes that is not plain.
unsigned specials(__m128i block) {
  const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1f)), block);
  const __m128i marks = _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('"')), _mm_cmpeq_epi8(block, _mm_set1_epi8('\\')));
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(marks, control)));
}

// Strings shorter than this are the most, and never reach the wide loops.
constexpr std::ptrdiff_t kWideFrom = 64;

__attribute__((target("avx2"))) inline bool all_plain(__m256i first, __m256i second) {
  const __m256i quote = _mm256_set1_epi8('"');
  const __m256i backslash = _mm256_set1_epi8('\\');
  const __m256i limit = _mm256_set1_epi8(0x1f);
  const __m256i marks = _mm256_or_si256(_mm256_or_si256(_mm256_cmpeq_epi8(first, quote), _mm256_cmpeq_epi8(second, quote)),
                                        _mm256_or_si256(_mm256_cmpeq_epi8(first, backslash), _mm256_cmpeq_epi8(second, backslash)));
  const __m256i control = _mm256_or_si256(_mm256_cmpeq_epi8(_mm256_min_epu8(first, limit), first),
                                          _mm256_cmpeq_epi8(_mm256_min_epu8(second, limit), second));
  const __m256i any = _mm256_or_si256(marks, control);
  return _mm256_testz_si256(any, any) != 0;
}

/// Steps over plain blocks of 64 bytes.
__attribute__((target("avx2"))) const char* skip_wide(const char* at, const char* end) {
  for (; end - at >= 64; at += 64) {
    const auto* block = reinterpret_cast<const __m256i*>(at);
    if (!all_plain(_mm256_loadu_si256(block), _mm256_loadu_si256(block + 1))) break;
  }
  return at;
}

/// Copies them.
__attribute__((target("avx2"))) const char* copy_wide(const char* at, const char* end, char* out) {
  for (; end - at >= 64; at += 64, out += 64) {
    const auto* block = reinterpret_cast<const __m256i*>(at);
    const __m256i first = _mm256_loadu_si256(block);
    const __m256i second = _mm256_loadu_si256(block + 1);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), first);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out) + 1, second);
    if (!all_plain(first, second)) break;
  }
  return at;
}

#endif

}  // namespace

const char* plain_end(const char* at, const char* end) noexcept {
#ifdef __SSE2__
  for (const char* const start = at; end - at >= 16; at += 16) {
    if (at - start == kWideFrom && has_avx2) at = skip_wide(at, end);
    if (end - at < 16) break;
    const unsigned found = specials(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
    if (found != 0) return at + std::countr_zero(found);
  }
#endif
  while (at != end && is_plain(*at)) ++at;
  return at;
}

std::size_t copy_plain(const char* at, const char* end, char* out) noexcept {
  const char* const start = at;
#ifdef __SSE2__
  for (; end - at >= 16; at += 16) {
    if (at - start == kWideFrom && has_avx2) at = copy_wide(at, end, out + (at - start));
    if (end - at < 16) break;
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + (at - start)), block);
    const unsigned found = specials(block);
    if (found != 0) return static_cast<std::size_t>(at - start) + static_cast<unsigned>(std::countr_zero(found));
  }
#endif
  for (; at != end && is_plain(*at); ++at) out[at - start] = *at;
  return static_cast<std::size_t>(at - start);
}

}  // namespace wingmq::net
