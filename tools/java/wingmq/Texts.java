package wingmq;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Texts as URLs, headers and {@code --queue} have them. */
final class Texts {
  private static final Pattern MORE_THAN_ASCII = Pattern.compile("[^\\p{ASCII}]+");

  private Texts() {}

  static String quoted(String text) {
    return URLEncoder.encode(text, UTF_8).replace("+", "%20");
  }

  /** The broker decodes what is percent-encoded: a header carries ASCII. */
  static String headerText(String text) {
    return text.chars().allMatch(each -> each >= ' ' && each <= '~' && each != '%') ? text : quoted(text);
  }

  /** A URL's query; parameters that are null are left out, lists repeated. */
  static String query(Map<String, ?> parameters) {
    return parameters.entrySet().stream()
        .filter(each -> each.getValue() != null)
        .flatMap(each -> (each.getValue() instanceof List<?> list ? list : List.of(each.getValue())).stream()
            .map(value -> each.getKey() + "=" + quoted(value.toString())))
        .collect(Collectors.joining("&", "?", ""));
  }

  /**
   * The text of {@code --queue} for a queue of this key, unless the text says itself whose it is. More than ASCII is encoded:
   * where the locale is C, a JVM cannot put it on a command line.
   */
  static String owned(String given, Options.Access access) {
    String queue = MORE_THAN_ASCII.matcher(given).replaceAll(found -> quoted(found.group()));
    int begin = queue.indexOf('?');
    String query = begin < 0 ? "" : queue.substring(begin + 1);
    List<String> parts = new ArrayList<>(Stream.of(query.split("&")).filter(part -> !part.isEmpty()).toList());
    Set<String> names = parts.stream().map(part -> part.split("=", 2)[0]).collect(Collectors.toSet());
    if (!names.contains("region")) parts.add("region=" + quoted(access.regionId()));
    if (!names.contains("project")) parts.add("project=" + quoted(access.accessKey()));
    return (begin < 0 ? queue : queue.substring(0, begin)) + "?" + String.join("&", parts);
  }
}
