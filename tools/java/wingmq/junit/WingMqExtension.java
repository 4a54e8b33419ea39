package wingmq.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.platform.commons.support.AnnotationSupport;
import wingmq.Options;
import wingmq.WingMq;
import wingmq.WingMqException;

/**
 * Gives tests of JUnit 5 a parameter {@code WingMq mq}: an access key of its own for each test, on one broker for the whole run,
 * so that tests may run at the same time. {@link Queues} declares what it has. A failed test tells what its queues hold, as a
 * suppressed exception.
 *
 * <p>{@code @ExtendWith(WingMqExtension.class)} takes a broker with the default options; {@code @RegisterExtension static final
 * WingMqExtension wingmq = new WingMqExtension(WingMq.options().manualClock())} has its class share one with others. The clock is
 * the broker's: among tests that run at the same time, one that moves it takes a {@link WingMq#start} of its own.
 *
 * <p>This is the only file that needs JUnit.
 */
public final class WingMqExtension implements ParameterResolver, TestExecutionExceptionHandler {
  private static final Namespace NAMESPACE = Namespace.create(WingMqExtension.class);
  private static final String DEFAULT = "broker";

  private final Options options;
  private final Object broker;

  /** The queues of a test's broker; a method's go beside those of its class. */
  @Documented
  @Inherited
  @Retention(RetentionPolicy.RUNTIME)
  @Target({ElementType.METHOD, ElementType.TYPE})
  public @interface Queues {
    /**
     * Declares queues.
     *
     * @return as {@code wingmq serve --queue} takes them: {@code orders?groups=g1,g2&dlq=3}
     */
    String[] value();
  }

  /** Takes a broker with the default options, one for all tests that do. */
  public WingMqExtension() {
    options = WingMq.options();
    broker = DEFAULT;
  }

  /**
   * Takes a broker with other options, one for all tests of this extension.
   *
   * @param options how it is started, when the first test wants it
   */
  public WingMqExtension(Options options) {
    this.options = options;
    broker = this;
  }

  /**
   * Tells whether a parameter is a test's broker.
   *
   * @param parameter of a test method, or of one that runs before or after each test
   * @param context the test's
   * @return whether its type is WingMq
   */
  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == WingMq.class && context.getTestMethod().isPresent();
  }

  /**
   * Gives the test's broker, the same for all its methods.
   *
   * @param parameter of type WingMq
   * @param context the test's
   * @return the broker as the test's own access key sees it
   */
  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Held run = context.getRoot().getStore(NAMESPACE).getOrComputeIfAbsent(broker, key -> new Held(options.start()), Held.class);
    return context.getStore(NAMESPACE)
        .getOrComputeIfAbsent(ofTest(), key -> new Held(run.mq().tenant(queues(context))), Held.class).mq();
  }

  /**
   * Adds to a test's failure what its queues hold.
   *
   * @param context the test's
   * @param failure why it failed
   * @throws Throwable the failure
   */
  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
    Held test = context.getStore(NAMESPACE).get(ofTest(), Held.class);
    if (test != null) failure.addSuppressed(new State(described(test.mq())));
    throw failure;
  }

  /** Another key than the broker's own: a test's store looks into that of the run as well. */
  private Object ofTest() {
    return List.of("test", broker);
  }

  private static String described(WingMq mq) {
    try {
      return mq.describe();
    } catch (WingMqException cause) {
      return cause.getMessage();
    }
  }

  private static String[] queues(ExtensionContext context) {
    return Stream.of(context.getRequiredTestClass(), context.getRequiredTestMethod())
        .flatMap(each -> AnnotationSupport.findAnnotation(each, Queues.class).stream())
        .flatMap(each -> Stream.of(each.value())).toArray(String[]::new);
  }

  /** What JUnit closes at the end of a test, or of all tests. */
  private record Held(WingMq mq) implements Store.CloseableResource {
    @Override
    public void close() {
      mq.close();
    }
  }

  /** What a test's queues hold: nothing that was thrown, so it has no stack. */
  private static final class State extends Exception {
    private static final long serialVersionUID = 1;

    State(String text) {
      super(text, null, false, false);
    }

    @Override
    public String toString() {
      return "wingmq: " + getMessage();
    }
  }
}
