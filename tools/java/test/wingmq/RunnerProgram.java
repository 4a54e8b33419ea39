package wingmq;

import java.io.IOException;

/** Starts a broker, says where it is, and with {@code waits} ends only when its standard input does. */
final class RunnerProgram {
  private RunnerProgram() {}

  public static void main(String[] args) throws IOException {
    WingMq mq = WingMq.options().log().start();
    System.out.println(mq.url() + " " + mq.pid());
    if (args[0].equals("waits")) System.in.readAllBytes();
  }
}
