package wingmq;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The signature of a call. */
public final class Signing {
  private Signing() {}

  /**
   * Signs a call now.
   *
   * @param accessKey names the credential
   * @param secretKey its secret, which is not empty
   * @param path the URL's path, {@code /apiproxy/v3/queue/} and the operation
   * @param values the parameters' values as texts, in the order in which they are sent
   * @return the public headers: {@code accessKey}, {@code contentMD5}, {@code requestDate}, {@code Hmac}, {@code platform}
   */
  public static Map<String, String> sign(String accessKey, String secretKey, String path, List<String> values) {
    String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC));
    return sign(accessKey, secretKey, path, values, date);
  }

  /**
   * Signs a call as if at some other time.
   *
   * @param accessKey names the credential
   * @param secretKey its secret, which is not empty
   * @param path the URL's path, {@code /apiproxy/v3/queue/} and the operation
   * @param values the parameters' values as texts, in the order in which they are sent
   * @param date such as {@code Mon, 23 Nov 2026 08:00:00 GMT}
   * @return the public headers: {@code accessKey}, {@code contentMD5}, {@code requestDate}, {@code Hmac}, {@code platform}
   */
  public static Map<String, String> sign(String accessKey, String secretKey, String path, List<String> values, String date) {
    try {
      byte[] digest = MessageDigest.getInstance("MD5").digest(String.join("\n", values).getBytes(UTF_8));
      String contentMd5 = Base64.getEncoder().encodeToString(digest);
      Mac mac = Mac.getInstance("HmacSHA1");
      mac.init(new SecretKeySpec(secretKey.getBytes(UTF_8), "HmacSHA1"));
      byte[] signature = mac.doFinal(String.join("\n", contentMd5, date, path).getBytes(UTF_8));

      Map<String, String> headers = new LinkedHashMap<>();
      headers.put("accessKey", accessKey);
      headers.put("contentMD5", contentMd5);
      headers.put("requestDate", date);
      headers.put("Hmac", Base64.getEncoder().encodeToString(signature));
      headers.put("platform", "3");
      return headers;
    } catch (GeneralSecurityException cause) {
      throw new IllegalStateException("this JDK cannot sign", cause);
    }
  }
}
