package dev.freshet.embedded;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A program that starts every server that knows another one, and waits to be killed. */
final class FollowersMain {
  private FollowersMain() {}

  public static void main(String[] arguments) throws InterruptedException {
    Path folder = Path.of(arguments[0]);
    EmbeddedPostgres primary = new EmbeddedPostgres(ServerSpec.in(folder, "primary"), "shop");
    primary.start();
    new EmbeddedStandby(ServerSpec.in(folder, "standby"), primary).start();
    primary.commitsWaitFor("nobody");
    new EmbeddedRedisPair(ServerSpec.in(folder, "first"), ServerSpec.in(folder, "second")).start();
    EmbeddedRedisCluster.of(EmbeddedRedisCluster.specs(folder, 3)).start();
    System.out.println("waiting");
    System.out.flush();
    new CountDownLatch(1).await();
  }
}
