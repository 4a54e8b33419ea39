#pragma once

#include <expected>
#include <string>

namespace wingmq::net {

/// A certificate and its key in PEM files.
struct CertificateFiles {
  std::string certificate;
  std::string key;
};

/// Makes a certificate for localhost, 127.0.0.1 and ::1 that signs itself, good for 30 days, in a fresh folder under `folder`
/// that only this user can read. Clients trust it when they are given its file as their CA. The error says what failed.
[[nodiscard]] std::expected<CertificateFiles, std::string> make_self_signed(const std::string& folder);

}  // namespace wingmq::net
