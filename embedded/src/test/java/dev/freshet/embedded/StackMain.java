package dev.freshet.embedded;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * A program that starts a stack and waits to be killed: {@code StackMain FOLDER}, or no folder for
 * temporary data.
 */
final class StackMain {
  private StackMain() {}

  public static void main(String[] arguments) throws InterruptedException {
    PrintStream out = System.out;
    EmbeddedStack.Builder builder = EmbeddedStack.builder().progress(out::println);
    if (arguments.length > 0) {
      builder.dataFolder(Path.of(arguments[0]));
    }
    long started = System.nanoTime();
    EmbeddedStack stack = builder.start();
    out.println("all ready after " + (System.nanoTime() - started) / 1_000_000 + " ms");
    out.println("folder " + stack.dataFolder());
    out.println("postgres " + stack.postgres().port());
    out.println("redis " + stack.redisServer().port());
    out.println("kafka " + stack.kafkaBootstrap());
    out.println("waiting");
    out.flush();
    if (Boolean.getBoolean("freshet.test.close")) {
      long closing = System.nanoTime();
      stack.close();
      out.println("closed after " + (System.nanoTime() - closing) / 1_000_000 + " ms");
      return;
    }
    new CountDownLatch(1).await();
  }
}
