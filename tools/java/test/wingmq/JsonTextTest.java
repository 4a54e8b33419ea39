package wingmq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class JsonTextTest {
  @Test
  void readsEveryKindOfValue() {
    assertEquals(null, JsonText.read("null"));
    assertEquals(List.of(true, false), JsonText.read(" [ true , false ] "));
    assertEquals(Map.of("a", 1L, "b", Map.of(), "c", List.of()), JsonText.read("{\"a\":1,\n\t\"b\":{ },\r\"c\":[ ]}"));
    assertEquals("", JsonText.read("\"\""));
  }

  @Test
  void readsNumbersExactlyWhereTheyAreWhole() {
    assertEquals(Arrays.asList(0L, -12L, Long.MAX_VALUE, Long.MIN_VALUE, new BigInteger("9223372036854775808")),
        JsonText.read("[0,-12,9223372036854775807,-9223372036854775808,9223372036854775808]"));
    assertEquals(List.of(1.5, -0.25, 1e3, 2e-3, 1.5e+2), JsonText.read("[1.5,-0.25,1e3,2E-3,1.5e+2]"));
  }

  @Test
  void readsStrings() {
    assertEquals("a\"\\/\b\f\n\r\t订单\uD83D\uDE00", JsonText.read("\"a\\\"\\\\\\/\\b\\f\\n\\r\\t订\\u5355\\ud83D\\uDE00\""));
  }

  @Test
  void refusesWhatIsNotJson() {
    for (String text : List.of("", " ", "tru", "nul", "+1", "01", "-01", "1.", ".5", "1e", "-", "1 2", "[1,]", "[1", "[", "[1 2]",
        "{", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{\"a\":1", "\"", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"",
        "\"\n\"", "'a'", "\\", "\"\\", "[1]]", "NaN", "\"\\u\u0661\u0661\u0661\u0661\"", "[".repeat(100_000))) {
      String told = assertThrows(IllegalArgumentException.class, () -> JsonText.read(text), text).getMessage();
      assertTrue(told.startsWith("not JSON: after "), told);
    }
  }

  @Test
  void writesEveryKindOfValue() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("a", null);
    members.put("b", List.of(1, 2L, 1.5, new BigInteger("9223372036854775808"), true));
    members.put("c", new String[] {"x"});
    members.put("d", new Json(Map.of("订", List.of())));
    members.put("e", Map.of());
    assertEquals("{\"a\":null,\"b\":[1,2,1.5,9223372036854775808,true],\"c\":[\"x\"],\"d\":{\"订\":[]},\"e\":{}}",
        JsonText.write(members));
  }

  @Test
  void writesStrings() {
    assertEquals("\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\u007f订\uD83D\uDE00\"",
        JsonText.write("\"\\/\b\f\n\r\t\0\u007f订\uD83D\uDE00"));
    assertEquals("\"\\ud83d\"", JsonText.write("\uD83D"));
    assertEquals("\"\\ude00\\ud83dx\"", JsonText.write("\uDE00\uD83Dx"));
    assertEquals("\"\\ud83d\uD83D\uDE00\"", JsonText.write("\uD83D\uD83D\uDE00"));
  }

  @Test
  void refusesToWriteWhatJsonHasNot() {
    for (Object value : List.of(Double.NaN, Float.POSITIVE_INFINITY, new Object(), Map.of(1, 2), List.of(this))) {
      assertThrows(IllegalArgumentException.class, () -> JsonText.write(value));
    }
  }

  @Test
  void whatIsWrittenIsReadAgain() {
    String text = "{\"a\":[1,-2.5,\"\\u0001\\\"\",{\"b\":null}],\"c\":true}";
    assertEquals(text, JsonText.write(JsonText.read(text)));
  }

  @Test
  void aValueGivesItsParts() {
    Json json = Json.read("{\"a\":[1,\"x\",true,null]}");
    Json list = json.get("a");
    assertEquals(List.of(1L, "x", true), List.of(list.get(0).number(), list.get(1).text(), list.get(2).flag()));
    assertTrue(list.get(3).isNull());
    assertEquals(4, list.items().size());
    assertTrue(json.has("a") && !json.has("b") && !list.has("a"));
    assertFalse(list.get(0).isNull());
    assertEquals(Json.read(" {\"a\": [1,\"x\",true,null]}"), json);
    assertEquals(Json.read("{\"a\":[1,\"x\",true,null]}").hashCode(), json.hashCode());
    assertEquals("{\"a\":[1,\"x\",true,null]}", json.toString());
  }

  @Test
  void aValueSaysWhatIsNotThere() {
    Json json = Json.read("{\"a\":[1]}");
    assertEquals("there is no `b` in {\"a\":[1]}", assertThrows(NoSuchElementException.class, () -> json.get("b")).getMessage());
    assertThrows(NoSuchElementException.class, () -> json.get(0));
    assertThrows(NoSuchElementException.class, () -> json.get("a").get(1));
    assertThrows(NoSuchElementException.class, () -> json.get("a").get(-1));
    assertEquals("not a string: [1]", assertThrows(IllegalStateException.class, () -> json.get("a").text()).getMessage());
    assertThrows(IllegalStateException.class, json::number);
    assertThrows(IllegalStateException.class, json::flag);
    assertThrows(IllegalStateException.class, json::items);
    assertThrows(UnsupportedOperationException.class, () -> ((Map<?, ?>) json.value()).clear());
  }
}
