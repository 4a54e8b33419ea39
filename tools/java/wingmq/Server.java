package wingmq;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A broker as a child process that ends with this one, however this one ends: its standard input closes then. */
final class Server {
  private static final int LOG_LENGTH_MAX = 16_384;
  private static final int STOP_SECONDS_MAX = 30;

  private final Process process;
  private final StringBuffer said = new StringBuffer();
  private final Thread listener;
  private final String url;
  private final long pid;

  /** Starts {@code wingmq serve} with these options on a free port; returns when it is ready. */
  Server(List<String> options, String binary, boolean log) {
    List<String> command = new ArrayList<>(List.of(found(binary), "serve", "--listen", "127.0.0.1:0", "--exit-with-parent"));
    command.addAll(options);
    ProcessBuilder builder = new ProcessBuilder(command);
    if (log) builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    try {
      process = builder.start();
    } catch (IOException cause) {
      throw new IllegalStateException(
          command.get(0) + " cannot be started: set WINGMQ_BINARY, or put wingmq on the PATH", cause);
    }
    listener = new Thread(this::listen, "wingmq log");
    listener.setDaemon(true);
    listener.start();
    String line = firstLine();
    if (line == null) {
      stop();
      throw new IllegalStateException("wingmq did not start: " + (log ? "see its log above" : said.toString().strip()));
    }
    Json ready = Json.read(line);
    url = ready.get("urls").get(0).text();
    pid = ready.get("pid").number();
  }

  String url() {
    return url;
  }

  long pid() {
    return pid;
  }

  /** Ends the process and returns when it is gone; once is as good as twice. */
  void stop() {
    try {
      process.getOutputStream().close();
    } catch (IOException closed) {
      // It has ended already.
    }
    try {
      if (!process.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) process.destroyForcibly().waitFor();
      listener.join(TimeUnit.SECONDS.toMillis(1));
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private static String found(String binary) {
    if (binary != null) return binary;
    String told = System.getenv("WINGMQ_BINARY");
    return told == null || told.isEmpty() ? "wingmq" : told;
  }

  private String firstLine() {
    try {
      return new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8)).readLine();
    } catch (IOException cause) {
      return null;
    }
  }

  /** Takes the log, so that the broker can go on writing, and keeps the end of it. */
  private void listen() {
    byte[] part = new byte[4096];
    try (InputStream log = process.getErrorStream()) {
      for (int length = log.read(part); length >= 0; length = log.read(part)) {
        said.append(new String(part, 0, length, UTF_8));
        if (said.length() > LOG_LENGTH_MAX) said.delete(0, said.length() - LOG_LENGTH_MAX);
      }
    } catch (IOException closed) {
      // It has ended.
    }
  }
}
