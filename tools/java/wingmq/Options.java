package wingmq;

import java.util.ArrayList;
import java.util.List;

/** How a broker is started: {@code WingMq.options().queues("orders?groups=g1").manualClock().start()}. */
public final class Options {
  private final List<String> queues = new ArrayList<>();
  private final List<String> args = new ArrayList<>();
  private String clock = "real";
  private boolean log;
  private String binary;
  private Access access = new Access("test", "test", "cn-snxy1");

  /** Who calls, and where. */
  record Access(String accessKey, String secretKey, String regionId) {}

  Options() {}

  /**
   * Declares queues that are there from the start.
   *
   * @param queues as {@code wingmq serve --queue} takes them: {@code orders?groups=g1,g2&dlq=3}
   * @return these options
   */
  public Options queues(String... queues) {
    this.queues.addAll(List.of(queues));
    return this;
  }

  /**
   * Has time stand still but for {@link WingMq#advance}. A consume call with nothing to receive then waits for that.
   *
   * @return these options
   */
  public Options manualClock() {
    clock = "manual";
    return this;
  }

  /**
   * Adds options of {@code wingmq serve}.
   *
   * @param args such as {@code "--auth", "verify"}
   * @return these options
   */
  public Options args(String... args) {
    this.args.addAll(List.of(args));
    return this;
  }

  /**
   * Has the broker's log go to standard error.
   *
   * @return these options
   */
  public Options log() {
    log = true;
    return this;
  }

  /**
   * Names the program, instead of {@code WINGMQ_BINARY} and of {@code wingmq} on the PATH.
   *
   * @param binary the program's path
   * @return these options
   */
  public Options binary(String binary) {
    this.binary = binary;
    return this;
  }

  /**
   * Sets who calls; both are {@code test} otherwise.
   *
   * @param accessKey names the credential
   * @param secretKey its secret
   * @return these options
   */
  public Options key(String accessKey, String secretKey) {
    access = new Access(accessKey, secretKey, access.regionId());
    return this;
  }

  /**
   * Sets the region of queues and calls; {@code cn-snxy1} otherwise.
   *
   * @param regionId the region
   * @return these options
   */
  public Options region(String regionId) {
    access = new Access(access.accessKey(), access.secretKey(), regionId);
    return this;
  }

  /**
   * Starts a broker, which is ready when this returns and ends with this process at the latest.
   *
   * @return the broker
   * @throws IllegalStateException the program is not there, or refuses its options; the message says why
   */
  public WingMq start() {
    List<String> all = new ArrayList<>(List.of("--clock", clock));
    for (String queue : queues) all.addAll(List.of("--queue", Texts.owned(queue, access)));
    all.addAll(args);
    return new WingMq(new Server(all, binary, log), access);
  }
}
