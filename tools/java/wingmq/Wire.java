package wingmq;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * One HTTP exchange with a broker. The JDK's own clients send a GET a second time when its connection ends without a reply, and
 * cannot be told not to: a fault would stay unseen, and what a consume received be lost. So each request is sent once, on a
 * connection of its own, and a thread that waits for a reply can be interrupted.
 */
final class Wire {
  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  private static final Pattern TARGET = Pattern.compile("/[!-~]*");
  private static final Pattern VALUE = Pattern.compile("[ -~]*");

  private Wire() {}

  /** A reply; names of headers in any case of letters. */
  record Answer(int status, Map<String, String> headers, Json body) {}

  /** Sends a request and reads its reply; {@code body} may be null. */
  static Answer request(String url, String method, String path, Map<String, String> headers, String body) {
    URI address = URI.create(url);
    byte[] sent = head(method, path, address.getAuthority(), headers, body);
    try (SocketChannel channel = SocketChannel.open(new InetSocketAddress(address.getHost(), address.getPort()))) {
      for (ByteBuffer left = ByteBuffer.wrap(sent); left.hasRemaining(); ) channel.write(left);
      return answer(Channels.newInputStream(channel).readAllBytes());
    } catch (IOException cause) {
      throw WingMqException.noReply(cause);
    }
  }

  /** HTTP/1.0: the reply comes in one piece, and the connection ends with it. */
  private static byte[] head(String method, String path, String host, Map<String, String> headers, String body) {
    if (!TARGET.matcher(path).matches()) throw new IllegalArgumentException("not a path: " + path);
    StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.0\r\nHost: " + host + "\r\n");
    headers.forEach((name, value) -> {
      if (!TOKEN.matcher(name).matches()) throw new IllegalArgumentException("not the name of a header: " + name);
      if (!VALUE.matcher(value).matches()) throw new IllegalArgumentException("more than ASCII in header " + name + ": " + value);
      head.append(name).append(": ").append(value).append("\r\n");
    });
    byte[] content = body == null ? new byte[0] : body.getBytes(UTF_8);
    if (body != null) head.append("Content-Length: ").append(content.length).append("\r\n");
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(head.append("\r\n").toString().getBytes(ISO_8859_1));
    all.writeBytes(content);
    return all.toByteArray();
  }

  static Answer answer(byte[] received) throws IOException {
    String all = new String(received, ISO_8859_1);
    int end = all.indexOf("\r\n\r\n");
    if (end < 0) throw new EOFException("the connection ended " + (all.isEmpty() ? "before" : "within") + " the reply");
    String[] lines = all.substring(0, end).split("\r\n");
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String line : Arrays.asList(lines).subList(1, lines.length)) {
      int colon = line.indexOf(':');
      if (colon > 0) headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
    }
    String[] status = lines[0].split(" ");
    if (status.length < 2 || !status[1].matches("\\d{3}")) throw new IOException("not HTTP: " + lines[0]);

    byte[] content = Arrays.copyOfRange(received, end + 4, received.length);
    String length = headers.get("Content-Length");
    if (length != null && !length.equals(Integer.toString(content.length))) {
      throw new EOFException("the connection ended within the reply");
    }
    String text = new String(content, UTF_8);
    boolean isJson = headers.getOrDefault("Content-Type", "").startsWith("application/json");
    return new Answer(Integer.parseInt(status[1]), headers, isJson ? Json.read(text) : new Json(text));
  }
}
