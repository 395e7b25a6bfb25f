package dev.freshet.cache;

import static dev.freshet.cache.CacheRig.PLAIN;
import static dev.freshet.cache.CacheRig.until;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who gets what another thread loads, on a real Redis. */
class FreshCacheSharingIT {

  @TempDir Path folder;

  @Test
  void whoAskedAfterAChangeWasAppliedDoesNotGetWhatWasReadBefore() throws Exception {
    try (CacheRig rig = new CacheRig(folder);
        FreshCache cache = opened(rig)) {
      Entries<Integer> values = cache.entries(PLAIN, Integer.class);
      AtomicInteger loads = new AtomicInteger(1);
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch go = new CountDownLatch(1);
      CompletableFuture<Integer> leader =
          values.getAsync(
              "p",
              fill -> {
                fill.fence("2000:2000:").tag("org:7");
                begun.countDown();
                go.await(20, TimeUnit.SECONDS);
                return 1;
              });
      begun.await(20, TimeUnit.SECONDS);
      rig.apply(2500, "org:7");
      Loader<Integer> later =
          fill -> {
            fill.fence("3000:3000:").tag("org:7");
            return loads.incrementAndGet();
          };
      CompletableFuture<Integer> reader = values.getAsync("p", later);
      CompletableFuture<Integer> another = values.getAsync("p", later);
      until("both have missed", () -> rig.count("freshet.cache.gets", "result", "miss") == 3);
      go.countDown();
      assertThat(leader.get(20, TimeUnit.SECONDS)).isEqualTo(1);
      assertThat(reader.get(20, TimeUnit.SECONDS)).isEqualTo(2);
      assertThat(another.get(20, TimeUnit.SECONDS)).isEqualTo(2);
      assertThat(rig.count("freshet.cache.fills", "outcome", "mark")).isEqualTo(1);
    }
  }

  private static FreshCache opened(CacheRig rig) throws InterruptedException {
    rig.reset();
    return rig.open(rig.builder());
  }
}
