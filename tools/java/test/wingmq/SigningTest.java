package wingmq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class SigningTest {
  private static final List<Json> VECTORS = Sources.json("tests/contract/data/signing.json").items().stream()
      .filter(each -> each.get("separator").text().equals("\n")).toList();

  @TestFactory
  Stream<DynamicTest> vector() {
    return VECTORS.stream().map(each -> DynamicTest.dynamicTest(each.get("values").toString(), () -> assertSigned(each)));
  }

  private static void assertSigned(Json vector) {
    Map<String, String> headers = Signing.sign(vector.get("accessKey").text(), vector.get("secretKey").text(),
        vector.get("servicePath").text(), vector.get("values").items().stream().map(Json::text).toList(),
        vector.get("requestDate").text());
    assertEquals(Map.of("accessKey", vector.get("accessKey").text(), "contentMD5", vector.get("contentMD5").text(),
        "requestDate", vector.get("requestDate").text(), "Hmac", vector.get("Hmac").text(), "platform", "3"), headers);
  }

  @Test
  void thereAreVectors() {
    assertTrue(VECTORS.size() >= 10);
  }

  @Test
  void aTenantSignsWithItsOwnSecret() {
    Options verifying = WingMq.options().args("--auth", "verify", "--credential", "test:test", "--credential", "alice:wonder");
    try (WingMq mq = verifying.start()) {
      Map<String, String> params = Map.of("regionId", "r");
      assertEquals(800, mq.tenantWithKey("alice", "wonder").call("queryQuota", params).get("statusCode").number());
      WingMq wrong = mq.tenantWithKey("alice", "wander");
      WingMqException refused = assertThrows(WingMqException.class, () -> wrong.call("queryQuota", params));
      assertEquals("WMQ.SIGNATURE", refused.errorCode());
      assertEquals(900, refused.statusCode());
      assertTrue(refused.hint().startsWith("sig.hmac"), refused.hint());
      assertTrue(refused.getMessage().endsWith(" (WMQ.SIGNATURE); " + refused.hint()), refused.getMessage());
    }
  }
}
