package wingmq;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Reads and writes JSON, for the JDK does not: texts become maps, lists, strings, numbers, booleans and null. */
final class JsonText {
  private static final int DEPTH_MAX = 512;
  private static final String SHORT_ESCAPES = "\"\\\b\f\n\r\t";

  private final String text;
  private int at;
  private int depth;

  private JsonText(String text) {
    this.text = text;
  }

  /**
   * Reads one JSON value and nothing behind it. Whole numbers become Long or, where that is too small, BigInteger, others
   * Double. Members keep their order, and maps and lists cannot be changed.
   */
  static Object read(String text) {
    JsonText reader = new JsonText(text);
    Object value = reader.value();
    if (reader.peek() != -1) throw reader.wrong("the end");
    return value;
  }

  private Object value() {
    return switch (peek()) {
      case '{' -> nested(this::object);
      case '[' -> nested(this::list);
      case '"' -> string();
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> word("null", null);
      default -> number();
    };
  }

  private <T> T nested(Supplier<T> read) {
    if (++depth > DEPTH_MAX) throw wrong("at most " + DEPTH_MAX + " levels");
    ++at;
    T value = read.get();
    --depth;
    return value;
  }

  private Map<String, Object> object() {
    Map<String, Object> members = new LinkedHashMap<>();
    if (skip('}')) return Collections.emptyMap();
    do {
      if (peek() != '"') throw wrong("a name");
      String name = string();
      if (!skip(':')) throw wrong("`:`");
      members.put(name, value());
    } while (skip(','));
    if (!skip('}')) throw wrong("`,` or `}`");
    return Collections.unmodifiableMap(members);
  }

  private List<Object> list() {
    List<Object> items = new ArrayList<>();
    if (skip(']')) return Collections.emptyList();
    do {
      items.add(value());
    } while (skip(','));
    if (!skip(']')) throw wrong("`,` or `]`");
    return Collections.unmodifiableList(items);
  }

  private String string() {
    StringBuilder read = new StringBuilder();
    for (++at; at < text.length(); ++at) {
      char each = text.charAt(at);
      if (each == '"') {
        ++at;
        return read.toString();
      }
      if (each < ' ') throw wrong("no control character");
      read.append(each == '\\' ? escaped() : each);
    }
    throw wrong("`\"`");
  }

  /** The character that an escape stands for; leaves the position at the escape's last character. */
  private char escaped() {
    char kind = ++at < text.length() ? text.charAt(at) : ' ';
    return switch (kind) {
      case '"', '\\', '/' -> kind;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> hexadecimal();
      default -> throw wrong("an escape");
    };
  }

  private char hexadecimal() {
    int code = 0;
    for (int left = 4; left > 0; --left) {
      int digit = ++at < text.length() && text.charAt(at) < 128 ? Character.digit(text.charAt(at), 16) : -1;
      if (digit < 0) throw wrong("four hexadecimal digits");
      code = code * 16 + digit;
    }
    return (char) code;
  }

  private <T> T word(String word, T value) {
    if (!text.startsWith(word, at)) throw wrong("a value");
    at += word.length();
    return value;
  }

  private Number number() {
    int begin = at;
    if (at < text.length() && text.charAt(at) == '-') ++at;
    int whole = at;
    digits();
    if (text.charAt(whole) == '0' && at - whole > 1) throw wrong("no zero before a number");
    boolean fraction = at < text.length() && text.charAt(at) == '.';
    if (fraction) {
      ++at;
      digits();
    }
    boolean exponent = at < text.length() && "eE".indexOf(text.charAt(at)) >= 0;
    if (exponent) {
      ++at;
      if (at < text.length() && "+-".indexOf(text.charAt(at)) >= 0) ++at;
      digits();
    }
    String read = text.substring(begin, at);
    if (fraction || exponent) return Double.valueOf(read);
    BigInteger exact = new BigInteger(read);
    if (exact.bitLength() < Long.SIZE) return exact.longValue();
    return exact;
  }

  private void digits() {
    int begin = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') ++at;
    if (at == begin) throw wrong("a value");
  }

  private boolean skip(char wanted) {
    if (peek() != wanted) return false;
    ++at;
    return true;
  }

  /** The next character that is no white space, or -1 at the end. */
  private int peek() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) ++at;
    return at < text.length() ? text.charAt(at) : -1;
  }

  private IllegalArgumentException wrong(String wanted) {
    return new IllegalArgumentException("not JSON: after " + at + " characters there should be " + wanted);
  }

  /**
   * Writes maps with names that are strings, collections, arrays, strings, finite numbers, booleans, null and {@link Json},
   * without white space.
   */
  static String write(Object value) {
    StringBuilder written = new StringBuilder();
    write(value, written);
    return written.toString();
  }

  private static void write(Object value, StringBuilder to) {
    if (value == null || value instanceof Boolean) {
      to.append(value);
    } else if (value instanceof Json json) {
      write(json.value(), to);
    } else if (value instanceof CharSequence characters) {
      writeString(characters, to);
    } else if (value instanceof Number number) {
      if (!Double.isFinite(number.doubleValue()) && (number instanceof Double || number instanceof Float)) {
        throw new IllegalArgumentException("JSON has no " + number);
      }
      to.append(number);
    } else if (value instanceof Map<?, ?> members) {
      writeObject(members, to);
    } else if (value instanceof Collection<?> items) {
      writeList(items, to);
    } else if (value instanceof Object[] items) {
      writeList(Arrays.asList(items), to);
    } else {
      throw new IllegalArgumentException("JSON has nothing for a " + value.getClass().getName());
    }
  }

  private static void writeObject(Map<?, ?> members, StringBuilder to) {
    char before = '{';
    for (Map.Entry<?, ?> each : members.entrySet()) {
      if (!(each.getKey() instanceof String name)) {
        throw new IllegalArgumentException("JSON names are strings, not " + each.getKey());
      }
      writeString(name, to.append(before));
      write(each.getValue(), to.append(':'));
      before = ',';
    }
    to.append(members.isEmpty() ? "{}" : "}");
  }

  private static void writeList(Collection<?> items, StringBuilder to) {
    char before = '[';
    for (Object each : items) {
      write(each, to.append(before));
      before = ',';
    }
    to.append(items.isEmpty() ? "[]" : "]");
  }

  private static void writeString(CharSequence characters, StringBuilder to) {
    to.append('"');
    for (int at = 0; at < characters.length(); ++at) {
      char each = characters.charAt(at);
      int kind = SHORT_ESCAPES.indexOf(each);
      if (kind >= 0) {
        to.append('\\').append("\"\\bfnrt".charAt(kind));
      } else if (each < ' ' || isLoneSurrogate(characters, at)) {
        to.append(String.format("\\u%04x", (int) each));
      } else {
        to.append(each);
      }
    }
    to.append('"');
  }

  private static boolean isLoneSurrogate(CharSequence characters, int at) {
    char each = characters.charAt(at);
    if (!Character.isSurrogate(each)) return false;
    int other = Character.isHighSurrogate(each) ? at + 1 : at - 1;
    if (other < 0 || other >= characters.length()) return true;
    return Character.isHighSurrogate(each) == Character.isHighSurrogate(characters.charAt(other))
        || !Character.isSurrogate(characters.charAt(other));
  }
}
