package dev.freshet.app.command;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a command end in good order on Ctrl-C: it asks now and then, and the JVM waits for it, up to
 * 10 s.
 */
final class Interruption implements AutoCloseable {

  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread hook;
  private volatile boolean asked;

  Interruption() {
    hook =
        new Thread(
            () -> {
              asked = true;
              try {
                boolean unused = ended.await(10, TimeUnit.SECONDS);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "stop");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Whether somebody wants the command to end. */
  boolean asked() {
    return asked || Thread.currentThread().isInterrupted();
  }

  @Override
  public void close() {
    ended.countDown();
    if (!asked) {
      boolean unused = Runtime.getRuntime().removeShutdownHook(hook);
    }
  }
}
