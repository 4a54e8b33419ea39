package wingmq;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files of the source tree that tests read. */
final class Sources {
  private Sources() {}

  static Json json(String path) {
    try {
      return Json.read(Files.readString(Path.of(System.getProperty("wingmq.source"), path)));
    } catch (IOException cause) {
      throw new UncheckedIOException(cause);
    }
  }
}
